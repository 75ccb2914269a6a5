// Interfaces have no value at run time: these tokens stand for them in Nest's injector, one per port.

/** Configuration of the process, as its `main.ts` read it. */
export const CONFIG = Symbol('Config');
/** Environment variables that are named by other configuration: the secrets of the senders file. */
export const ENVIRONMENT = Symbol('Environment');
export const CLOCK = Symbol('Clock');
export const LOG = Symbol('Log');
export const METRICS = Symbol('Metrics');
export const PROBE_SERVER = Symbol('ProbeServer');

export const EVENT_STORE = Symbol('EventStore');
export const SNAPSHOT_STORE = Symbol('SnapshotStore');
export const READ_TABLES = Symbol('ReadTables');
/** Tells whether nothing lies between two positions; null where positions are not dense. */
export const FOLLOWS_DIRECTLY = Symbol('FollowsDirectly');
export const DATABASE_CLOCK = Symbol('DatabaseClock');

/** The settings of the ledger, by which commands are decided. */
export const SETTINGS = Symbol('Settings');

export const SENDERS = Symbol('Senders');

export const KAFKA = Symbol('Kafka');
export const OUTCOME_SINK = Symbol('OutcomeSink');
