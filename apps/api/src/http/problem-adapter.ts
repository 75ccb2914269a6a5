import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Server } from 'node:http';
import type { FastifyHttpOptions, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from '#contracts';
import { problemBody } from '../common/problems/problem.js';

type SecurityHook = Parameters<FastifyAdapter['registerSecurityHook']>[0];

interface RouterError {
  readonly statusCode?: number;
}

/** Answers an address that the router can't parse, and that never reaches Nest, with a problem too. */
export class ProblemAdapter extends FastifyAdapter {
  #securityHook: SecurityHook | undefined;

  constructor(options: Omit<FastifyHttpOptions<Server>, 'frameworkErrors'>) {
    const frameworkErrors = (error: RouterError, request: FastifyRequest, reply: FastifyReply) =>
      this.#sendProblem(error, request, reply);
    super({ ...options, frameworkErrors });
  }

  override registerSecurityHook(hook: SecurityHook): void {
    this.#securityHook = hook;
    super.registerSecurityHook(hook);
  }

  #sendProblem(error: RouterError, request: FastifyRequest, reply: FastifyReply): void {
    this.#securityHook?.(request, reply.raw);
    const status = error.statusCode ?? 400;
    const isTooLong = status === 414;
    const title = isTooLong ? 'URI too long' : 'Bad request';
    const detail = isTooLong ? 'The address is too long.' : 'The address is malformed.';
    const body = problemBody({ status, name: 'bad-address', title, detail });
    void reply.status(status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(body));
  }
}
