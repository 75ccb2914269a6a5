export { CheckpointBeyondHead } from './checkpoint-beyond-head.js';
export { Follower } from './follower.js';
export {
  parkedAccounts,
  unparkAccounts,
  userIdsOf,
  type UnparkOptions,
  type UnparkResult,
} from './parking/unpark-accounts.js';
export { Projector } from './projector.js';
export type { ProjectorIntervals, ProjectorOptions } from './projector-options.js';
export type { Lag, ProjectorObserver } from './projector-observer.js';
export {
  Rebuild,
  type RebuildObserver,
  type RebuildOptions,
  type RebuildOutcome,
  type RebuildStep,
} from './rebuild/rebuild.js';
