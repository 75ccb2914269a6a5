export { commandHistories, type CommandHistory } from './arbitrary-histories.js';
export { runHistory } from './run-history.js';
