import { readFile, stat } from 'node:fs/promises';
import { hash } from 'node:crypto';
import { inWords, type Parsed } from '#contracts';
import { ConfigurationError, GREEN, type HealthStatus, type Environment } from '#runtime';
import type { Sender } from './sender.js';
import { SenderDirectory } from './sender-directory.js';
import { parseSenders } from './senders-file.js';
import { Senders } from './senders.js';

const FILE_BYTES_MAX = 1_048_576;

export interface SendersFileObserver {
  loaded(senders: number): void;
  /** What the file says can't be obeyed: the one before stays. */
  rejected(faults: string): void;
}

/** What stands at the path now: the same digest, the same content. */
type FileContent =
  | { readonly digest: string; readonly text: string }
  | { readonly digest: string; readonly trouble: string };

/** Obeys a senders file, and what becomes of it: renamed over, written in place, or a link that moves. */
export class SendersFileWatcher {
  readonly senders: Senders;
  #activeDigest: string;
  #suspectDigest: string | null = null;
  #rejected: { readonly digest: string } | null = null;

  private constructor(
    private readonly path: string,
    private readonly env: Environment,
    private readonly observer: SendersFileObserver,
    digest: string,
    senders: readonly Sender[],
  ) {
    this.senders = new Senders(new SenderDirectory(senders));
    this.#activeDigest = digest;
    observer.loaded(senders.length);
  }

  /** Rejects with a ConfigurationError that names every fault: a process does not start on a bad file. */
  static async open(
    path: string,
    env: Environment,
    observer: SendersFileObserver,
  ): Promise<SendersFileWatcher> {
    const content = await readContent(path);
    const parsed = parseContent(content, env);
    if (parsed.ok) return new SendersFileWatcher(path, env, observer, content.digest, parsed.value);
    throw new ConfigurationError(
      parsed.faults.map(({ field, reason }) => ({
        variable: 'SENDERS_FILE',
        fault: `${field} ${reason}`,
      })),
    );
  }

  /** Looks whether the file has changed. Never rejects. */
  async reload(): Promise<void> {
    const content = await readContent(this.path);
    const { digest } = content;
    if (digest === this.#rejected?.digest) return;
    const parsed = digest === this.#activeDigest ? null : parseContent(content, this.env);
    if (parsed?.ok === false) {
      // One that is being written is bad only for a moment: it is looked at twice.
      if (this.#suspectDigest === digest) this.#reject(digest, inWords(parsed.faults));
      this.#suspectDigest = digest;
      return;
    }
    this.#suspectDigest = null;
    this.#rejected = null;
    if (parsed === null) return;
    this.#activeDigest = digest;
    this.senders.replaceDirectory(new SenderDirectory(parsed.value));
    this.observer.loaded(parsed.value.length);
  }

  #reject(digest: string, faults: string): void {
    this.#rejected = { digest };
    this.observer.rejected(faults);
  }

  /** Whether what is on disk is not what is obeyed. */
  get isRejected(): boolean {
    return this.#rejected !== null;
  }

  status(): HealthStatus {
    if (!this.isRejected) return GREEN;
    const reason = 'the senders file is bad, and the one before is obeyed: read the log';
    return { state: 'amber', reason };
  }
}

async function readContent(path: string): Promise<FileContent> {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) {
      return { digest: 'too large', trouble: `must have at most ${FILE_BYTES_MAX} bytes` };
    }
    const bytes = await readFile(path);
    return { digest: hash('sha256', bytes, 'hex'), text: bytes.toString('utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { digest: code, trouble: `can not be read: ${code}` };
  }
}

function parseContent(content: FileContent, env: Environment): Parsed<readonly Sender[]> {
  if ('text' in content) return parseSenders(content.text, env);
  return { ok: false, faults: [{ field: 'the file', reason: content.trouble }] };
}
