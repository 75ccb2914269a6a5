import { readFile, stat } from 'node:fs/promises';
import { hash } from 'node:crypto';
import { formatFieldErrors, type FieldError, type ParseResult } from '#contracts';
import type { Sender } from './sender.js';
import { SenderDirectory } from './sender-directory.js';
import { parseSenders, type Secrets } from './senders-file.js';
import { Senders } from './senders.js';

const FILE_BYTES_MAX = 1_048_576;

export interface SendersFileObserver {
  loaded(senders: number): void;
  /** The file is invalid: the previous content stays in force. */
  rejected(faults: string): void;
}

/** The senders file is invalid, and there is no previous content to fall back to. */
export class SendersFileError extends Error {
  override readonly name = 'SendersFileError';
  constructor(readonly faults: readonly FieldError[]) {
    super(formatFieldErrors(faults));
  }
}

/** What is stored at the path now. Equal digests mean equal content, or the same error. */
type FileContent =
  | { readonly digest: string; readonly text: string }
  | { readonly digest: string; readonly readError: string };

/**
 * Keeps the senders up to date with a file, whether it is replaced by a rename, written in place, or
 * reached by a symbolic link that changes its target.
 */
export class SendersFileWatcher {
  readonly senders: Senders;
  #activeDigest: string;
  #suspectDigest: string | null = null;
  #rejectedDigest: string | null = null;

  private constructor(
    private readonly path: string,
    private readonly secrets: Secrets,
    private readonly observer: SendersFileObserver,
    digest: string,
    senders: readonly Sender[],
  ) {
    this.senders = new Senders(new SenderDirectory(senders));
    this.#activeDigest = digest;
    observer.loaded(senders.length);
  }

  /** Rejects with a SendersFileError: a process must not start with an invalid file. */
  static async open(
    path: string,
    secrets: Secrets,
    observer: SendersFileObserver,
  ): Promise<SendersFileWatcher> {
    const content = await readContent(path);
    const parsed = parseContent(content, secrets);
    if (!parsed.ok) throw new SendersFileError(parsed.errors);
    return new SendersFileWatcher(path, secrets, observer, content.digest, parsed.value);
  }

  /** Reads the file and applies it when it has changed. Never rejects. */
  async reload(): Promise<void> {
    const content = await readContent(this.path);
    const { digest } = content;
    if (digest === this.#rejectedDigest) return;
    const parsed = digest === this.#activeDigest ? null : parseContent(content, this.secrets);
    if (parsed?.ok === false) {
      // A file that is being written is invalid only for a moment: it is rejected the second time.
      if (this.#suspectDigest === digest) this.#reject(digest, formatFieldErrors(parsed.errors));
      this.#suspectDigest = digest;
      return;
    }
    this.#suspectDigest = null;
    this.#rejectedDigest = null;
    if (parsed === null) return;
    this.#activeDigest = digest;
    this.senders.replaceDirectory(new SenderDirectory(parsed.value));
    this.observer.loaded(parsed.value.length);
  }

  /** Whether the file on disk is invalid, so that the previous content is still in force. */
  get isRejected(): boolean {
    return this.#rejectedDigest !== null;
  }

  #reject(digest: string, faults: string): void {
    this.#rejectedDigest = digest;
    this.observer.rejected(faults);
  }
}

async function readContent(path: string): Promise<FileContent> {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) {
      return { digest: 'too large', readError: `must have at most ${FILE_BYTES_MAX} bytes` };
    }
    const bytes = await readFile(path);
    return { digest: hash('sha256', bytes, 'hex'), text: bytes.toString('utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { digest: code, readError: `cannot be read: ${code}` };
  }
}

function parseContent(content: FileContent, secrets: Secrets): ParseResult<readonly Sender[]> {
  if ('text' in content) return parseSenders(content.text, secrets);
  return { ok: false, errors: [{ field: 'the file', reason: content.readError }] };
}
