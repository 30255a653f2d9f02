"""Jobs over many records, in batches that several workers and users may share."""

import psycopg2

# What is tried again: another transaction was faster, or the server went away.
TRANSIENT = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected, psycopg2.InterfaceError)

ATTEMPTS = 5


def work_in_batches(model, domain, work, size=100):
    """Call ``work(records)`` for all records of a domain, each once; each batch is locked and committed by itself.

    Records that somebody else holds at this moment are left out, for them the next run is there. A batch of which
    another transaction changed a record is looked for again.

    :param model: the empty recordset, with the rights of the work
    :param domain: what is to be done, checked again under the lock
    :param size: how many records at once
    :return: whether there is time left for more
    """
    cron = model.env["ir.cron"]
    last_id, attempts = 0, 0
    while records := model.search([("id", ">", last_id), *domain], order="id", limit=size):
        try:
            found = records.try_lock_for_update().filtered_domain(domain)
            if found:
                work(found)
            go_on = cron._commit_progress(len(found))
        except TRANSIENT as error:
            attempts += 1
            if isinstance(error, psycopg2.InterfaceError) or attempts == ATTEMPTS:
                raise
            model.env.cr.rollback()
            continue
        if not go_on:
            return False
        last_id, attempts = records[-1].id, 0
    return True
