-- SPDX-License-Identifier: EUPL-1.2
-- The world of the examples: Monday 23 November 2026, 09:00 in Copenhagen; two advisors work Tuesday 09:00 to 11:00.
INSERT INTO tenant VALUES (1, 'demo', 'Demo');
INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name, address) VALUES (1, 1, 8, '89000', 'Demo', 'Torvet 1, 9999 Demo');
INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES
  (1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'),
  (2, 1, 'advisor', 'RID-2', 'v2@demo.example', 'Vejleder 02'),
  (3, 1, 'room', 'rum-1', 'r1@demo.example', 'Rum 1');
INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1), (1, 3, 1);
INSERT INTO work_span VALUES (1, 1795507200000000, 1795514400000000), (2, 1795507200000000, 1795514400000000);
INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, description, duration_minutes, grid_minutes, seats, needs_room, rebook_deadline_minutes, cancel_deadline_minutes) VALUES
  (1, 1, 1, '10000000-0000-4000-8000-000000000001', 7, 'individual', 'Jobsamtale', 'Medbring dit CV', 30, 30, 1, 1, 60, 60),
  (2, 1, 1, '10000000-0000-4000-8000-000000000002', 9, 'group', 'Informationsmøde', NULL, 60, 60, 3, 0, 60, 60);
INSERT INTO offer_contact_type VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO offer_resource VALUES (1, 1), (1, 2), (1, 3), (2, 2);
INSERT INTO offer_rule VALUES (1, 'contact-group', '1');
