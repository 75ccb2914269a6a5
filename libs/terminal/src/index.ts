export { Progress } from './progress.js';
export {
  formatNumber,
  formatSignedNumber,
  formatVersions,
  renderTable,
  stripControls,
  type Column,
} from './table.js';
export { print, type Terminal } from './terminal.js';
