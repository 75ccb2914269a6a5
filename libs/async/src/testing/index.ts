export { AutoAdvancingClock, ManualClock } from './manual-clock.js';
