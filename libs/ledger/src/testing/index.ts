export {
  commandHistories,
  historiesOfChangingPolicy,
  type CommandHistory,
} from './arbitrary-histories.js';
export { runHistory } from './run-history.js';
export { settingsInForce } from './settings-in-force.js';
export { readVector, vectorFiles, type Vector } from './vectors.js';
