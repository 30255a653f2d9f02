from odoo import fields, models


class BenchFloorStage(models.Model):
    _name = "bench.floor.stage"
    _description = "Floor Stage"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean()
