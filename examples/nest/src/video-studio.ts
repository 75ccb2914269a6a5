import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { LedgerClient, type Hold } from '@points-ledger/client';
import { exceptionOf } from './answer.js';
import { POINTS_OF_SECOND, SECONDS_OF_VIDEO_MAX } from './prices.js';
import type { Task } from './task.js';

/** A video that is being made. Its progress is what the product shows. */
export interface VideoJob {
  status: 'running' | 'done' | 'failed';
  progress: number;
  points: number | null;
}

/** It happens now and then. */
class RenderingFailed extends Error {}

const FAILURES = 0.002;

/** A video takes long: the estimate is held, and the page asks for the progress. */
@Injectable()
export class VideoStudio implements BeforeApplicationShutdown {
  readonly #log = new Logger(VideoStudio.name);
  readonly #jobs = new Map<string, VideoJob>();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(private readonly ledger: LedgerClient) {}

  job(id: string): VideoJob | undefined {
    return this.#jobs.get(id);
  }

  /** A second click on the same task makes no second video. */
  async start(user_id: string, task: Task): Promise<void> {
    if (this.#jobs.has(task.id)) return;
    // It is there before anything is awaited: a second click while the first one waits is no second video.
    const job: VideoJob = { status: 'running', progress: 0, points: null };
    this.#jobs.set(task.id, job);
    try {
      const running = this.#make(await this.#hold(user_id, task), task, job);
      this.#running.add(running);
      void running.finally(() => this.#running.delete(running));
    } catch (error) {
      this.#jobs.delete(task.id);
      throw error;
    }
  }

  async #hold(user_id: string, task: Task): Promise<Hold> {
    const held = await this.ledger.tryHold(
      {
        user_id,
        source_type: 'video',
        points: SECONDS_OF_VIDEO_MAX * POINTS_OF_SECOND.video,
        duration: SECONDS_OF_VIDEO_MAX,
        settle_within: 60,
        source_id: task.id,
      },
      { keepAlive: { forSecondsMax: 3_600 } },
    );
    if (held.status !== 'held') throw exceptionOf(held);
    return held;
  }

  /** Videos that are being made end before the client closes: each settles or cancels its hold. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #make(held: Hold, task: Task, job: VideoJob): Promise<void> {
    try {
      await using hold = held;
      const stop = AbortSignal.any([hold.lost, this.#stopping.signal]);
      const duration = await render(task.text, job, stop);
      const points = Math.round(duration * POINTS_OF_SECOND.video);
      const settled = await hold.settle({ points, duration });
      // Where it is unknown, the same settlement goes on later: the work is done either way.
      if (settled.status !== 'accepted') this.#log.error(`${task.id}: ${settled.status}`);
      job.points = points;
      job.status = 'done';
    } catch (error) {
      // The hold was cancelled: the user pays nothing.
      job.status = 'failed';
      job.points = 0;
      const isExpected = error instanceof RenderingFailed || this.#stopping.signal.aborted;
      if (!isExpected) this.#log.error(error);
    }
  }
}

async function render(text: string, job: VideoJob, signal: AbortSignal): Promise<number> {
  for (let percent = 10; percent <= 100; percent += 10) {
    await setTimeout(text.includes('film') ? 3_000 : 20, undefined, { signal });
    job.progress = percent;
    if (text.includes('fail') || Math.random() < FAILURES) throw new RenderingFailed();
  }
  return Math.min(SECONDS_OF_VIDEO_MAX, 5 + text.length / 10);
}
