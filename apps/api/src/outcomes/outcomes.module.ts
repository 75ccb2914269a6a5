import { Module } from '@nestjs/common';
import { ReplaySemaphore } from '../history/replay-semaphore.js';
import { OutcomesController } from './outcomes.controller.js';

/** The recorded answers to commands. */
@Module({ controllers: [OutcomesController], providers: [ReplaySemaphore] })
export class OutcomesModule {}
