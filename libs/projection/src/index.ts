export { Follower } from './follower.js';
export {
  parkedAccounts,
  unparkAccounts,
  userIdsOf,
  type UnparkOptions,
  type UnparkResult,
} from './parking/unpark-accounts.js';
export { Projector } from './projector.js';
export type { ProjectorObserver } from './projector-observer.js';
export {
  Rebuild,
  type RebuildObserver,
  type RebuildOutcome,
  type RebuildStep,
} from './rebuild/rebuild.js';
