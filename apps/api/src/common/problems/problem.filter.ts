import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from '#contracts';
import { API_OBSERVER, type ApiObserver } from '../observer/api-observer.js';
import { toProblem } from './error-to-problem.js';
import { problemBody } from './problem.js';

/** Answers every error that a route throws with a problem of RFC 9457. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(API_OBSERVER) private readonly observer: ApiObserver) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { problem, isReportable } = toProblem(error);
    if (isReportable) this.observer.requestFailed(routeOf(request), problem.status, error);
    if (reply.sent) return;
    const { status, retryAfterSeconds, acceptEncoding } = problem.details;
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    if (acceptEncoding !== undefined) void reply.header('accept-encoding', acceptEncoding);
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply
      .status(status)
      .type(PROBLEM_MEDIA_TYPE)
      .send(JSON.stringify(problemBody(problem.details)));
  }
}

/** The declared route. The URL that a client sent would give a metric label without a bound. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';
