import { Controller, Get, Header, Inject, NotFoundException, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { HealthReport } from '#platform/process';
import { Public } from '../common/access/permissions.js';
import { PARTS, type ApiParts } from '../api-parts.js';

/** For those who run the process. */
@Controller()
@Public()
export class HealthController {
  constructor(@Inject(PARTS) private readonly parts: ApiParts) {}

  @Get('health/live')
  @Header('cache-control', 'no-store')
  live(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.#answer(reply, this.parts.health.live());
  }

  @Get('health/ready')
  @Header('cache-control', 'no-store')
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.#answer(reply, this.parts.health.ready());
  }

  @Get('metrics')
  @Header('cache-control', 'no-store')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { metrics, hasMetricsPort: hasProbesElsewhere } = this.parts;
    if (hasProbesElsewhere) throw new NotFoundException();
    void reply.type(metrics.contentType);
    return metrics.metrics();
  }

  /** A load balancer needs to know whether, and nobody but those who run the process needs to know why. */
  #answer(reply: FastifyReply, { ok, parts }: HealthReport) {
    void reply.status(ok ? 200 : 503);
    const status = ok ? 'ok' : 'unavailable';
    return this.parts.hasMetricsPort ? { status } : { status, parts };
  }
}
