/**
 * Snapshots of before carry no seal and are of no more use: they are a cache, and made again. Only
 * what a process sealed with a key that the database does not know is read from here on.
 */
export const sealSnapshots = `
delete from event_store.snapshots;
alter table event_store.snapshots
  add column key_id text not null,
  add column mac bytea not null check (octet_length(mac) = 32);
`;
