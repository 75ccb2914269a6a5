import { randomUUID } from 'node:crypto';
import { BadRequestException } from '@nestjs/common';

/** What a user asks for. The page draws the id once, so that a second click is no second task. */
export interface Task {
  readonly id: string;
  readonly text: string;
}

export function readTask(body: unknown): Task {
  const { task_id: id = randomUUID(), text = '' } = (body ?? {}) as Record<string, unknown>;
  if (typeof id === 'string' && typeof text === 'string') return { id, text };
  throw new BadRequestException('task_id and text must be text');
}
