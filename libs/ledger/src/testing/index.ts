export {
  commandHistories,
  historiesOfChangingPolicy,
  type CommandHistory,
} from './arbitrary-histories.js';
export {
  closedThere,
  handedBack,
  importEvents,
  imported,
  legacyRow,
  legacyRows,
  openThere,
  opened,
  openingBatch,
} from './import-builders.js';
export { runHistory } from './run-history.js';
export { settingsInForce } from './settings-in-force.js';
export { readVector, vectorFiles, type Vector } from './vectors.js';
