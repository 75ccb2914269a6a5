export { NotAllowed, type Denial } from './denial.js';
export { allowAnySender, Senders } from './senders.js';
export { SenderDirectory } from './sender-directory.js';
export { parseSenders } from './senders-file.js';
export type { SenderPermission } from './sender-permission.js';
export {
  SendersFileError,
  SendersFileWatcher,
  type SendersFileObserver,
} from './senders-file-watcher.js';
