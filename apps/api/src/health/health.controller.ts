import { Controller, Get, Header, Inject, NotFoundException, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { METRICS } from '#platform';
import { Health, type HealthReport } from '#platform/process';
import { Public } from '../common/access/permissions.js';
import { API_OPTIONS, type ApiOptions } from '../common/options/api-options.js';

/** Probes and metrics, for operators. */
@Controller()
@Public()
export class HealthController {
  constructor(
    private readonly health: Health,
    @Inject(METRICS) private readonly registry: Registry,
    @Inject(API_OPTIONS) private readonly options: Pick<ApiOptions, 'hasMetricsPort'>,
  ) {}

  @Get('health/live')
  @Header('cache-control', 'no-store')
  live(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.#answer(reply, this.health.live());
  }

  @Get('health/ready')
  @Header('cache-control', 'no-store')
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.#answer(reply, this.health.ready());
  }

  @Get('metrics')
  @Header('cache-control', 'no-store')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (this.options.hasMetricsPort) throw new NotFoundException();
    void reply.type(this.registry.contentType);
    return this.registry.metrics();
  }

  /** A load balancer needs only the status, and the reasons are for operators. */
  #answer(reply: FastifyReply, { ok, parts }: HealthReport) {
    void reply.status(ok ? 200 : 503);
    const status = ok ? 'ok' : 'unavailable';
    return this.options.hasMetricsPort ? { status } : { status, parts };
  }
}
