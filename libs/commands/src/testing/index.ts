export {
  AT,
  ORIGIN,
  USER,
  consume,
  expire,
  recharge,
  refund,
  secondsLater,
  userOf,
} from './command-builders.js';
export { KEYS, errorOf, faults, gate, openProcessor, run, withSeals } from './processor-harness.js';
export {
  accountIn,
  eventsIn,
  expectRecorded,
  expectValidHistory,
  storedIn,
} from './recorded-events.js';
