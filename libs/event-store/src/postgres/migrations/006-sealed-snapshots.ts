/**
 * Earlier snapshots have no seal and are deleted, because they are only a cache. From this migration
 * on, only snapshots that were sealed with a key unknown to the database are read.
 */
export const sealSnapshots = `
delete from event_store.snapshots;
alter table event_store.snapshots
  add column key_id text not null,
  add column mac bytea not null check (octet_length(mac) = 32);
`;
