import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** Probes and metrics on the public port. */
@Module({ controllers: [HealthController] })
export class HealthHttpModule {}
