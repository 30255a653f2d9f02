def migrate(cr, version):
    """Remove what the program had asked of people before their complaint was closed or cancelled."""
    cr.execute(
        """
        DELETE FROM mail_activity activity USING customer_complaint complaint, customer_complaint_stage stage
         WHERE activity.res_model = 'customer.complaint' AND activity.res_id = complaint.id
           AND activity.automated AND activity.active
           AND stage.id = complaint.stage_id AND stage.phase IN ('closed', 'cancelled')
           AND activity.create_date <= complaint.closed_datetime
        """
    )
