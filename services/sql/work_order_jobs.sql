-- name: give_job
-- what: an order is done after a job from now on; what it has of its own stays
-- takes: order_id int8, job_id int4, job_version int4, skill text, takes_out_of_service bool, requires_signature bool, planned_parts jsonb
UPDATE work_order
SET job_id = $2, job_version = $3, skill = coalesce(skill, $4), takes_out_of_service = takes_out_of_service OR $5,
    requires_signature = requires_signature OR $6, planned_parts = planned_parts || $7
WHERE id = $1;

-- name: has_job
-- what: whether an order has a job, a checklist or energies to lock out
-- takes: order_id int8
SELECT EXISTS (SELECT FROM work_order WHERE id = $1 AND job_id IS NOT NULL)
    OR EXISTS (SELECT FROM work_order_task WHERE order_id = $1)
    OR EXISTS (SELECT FROM work_order_isolation WHERE order_id = $1);
