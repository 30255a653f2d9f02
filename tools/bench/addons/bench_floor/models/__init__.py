from . import bench_floor, bench_floor_stage
