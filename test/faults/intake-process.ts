import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '#embedded';
import { TcpProxy, eventuallyHolds } from '#testing';

const ENTRY = join(import.meta.dirname, '../../dist/apps/intake/src/main.js');

/** The intake as a separate process, as in production, but without a supervisor. */
export class IntakeProcess {
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly address: string,
    /** A proxy between the intake and its event store. */
    readonly storeProxy: TcpProxy,
    /** The exit code, or null when a signal ended the process. */
    readonly ended: Promise<number | null>,
  ) {
    const append = (chunk: Buffer): void => void (this.#output += chunk.toString('utf8'));
    child.stdout?.on('data', append);
    child.stderr?.on('data', append);
  }

  /** Resolves when it has joined its group and reports that it is ready. */
  static async start({
    EVENT_STORE,
    ...env
  }: Readonly<Record<string, string>> & { readonly EVENT_STORE: string }): Promise<IntakeProcess> {
    const port = await freePort();
    const storeProxy = await TcpProxy.to(Number(new URL(EVENT_STORE).port));
    const child = spawn(process.execPath, ['--enable-source-maps', ENTRY], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        PORT: String(port),
        EVENT_STORE: storeProxy.through(EVENT_STORE),
        ...env,
      },
      // The intake stops when the process of the tests is killed.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const intake = new IntakeProcess(child, `http://127.0.0.1:${port}`, storeProxy, ended);
    await eventuallyHolds('the intake is ready', () => intake.#isReady());
    return intake;
  }

  /** Kills the process with SIGKILL. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
    await this.storeProxy.close();
  }

  get output(): string {
    return this.#output;
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.child.kill(signal);
  }

  /** The sum of a metric over all series, or over those that have the label. */
  async metric(name: string, label = ''): Promise<number> {
    const text = await (await fetch(`${this.address}/metrics`)).text();
    const series = new RegExp(`^${name}(?:\\{[^}]*${label}[^}]*\\})? (\\S+)$`, 'gm');
    return [...text.matchAll(series)].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** The health of one part, as the intake reports it. */
  async healthOf(name: string): Promise<{ readonly state: string; readonly reason?: string }> {
    const output = await (await fetch(`${this.address}/health/ready`)).json();
    const { parts } = output as { parts: Record<string, { state: string; reason?: string }> };
    return parts[name] ?? { state: 'unknown' };
  }

  async #isReady(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error(`it ended: ${this.#output}`);
    try {
      return (await fetch(`${this.address}/health/ready`)).ok;
    } catch {
      return false;
    }
  }
}
