import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { PARTS, type ApiParts } from '../../api-parts.js';
import { RateLimits } from '../limits/rate-limiter.js';
import { noToken, notAllowed } from '../problems/problem.js';
import { setCaller, type Caller } from './caller.js';
import { NEEDED_RIGHT, mayDo, type Right } from './permissions.js';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Who is it, do they ask too often, may they do this: in this order, before every route. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride<Right | 'none' | undefined>(NEEDED_RIGHT, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === 'none') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.#callerOf(request);
    this.limits.take(caller);
    if (needed === undefined || !mayDo(caller, needed, userIdIn(request))) {
      throw notAllowed('Your token does not allow this.');
    }
    setCaller(request, caller);
    return true;
  }

  async #callerOf(request: FastifyRequest): Promise<Caller> {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    try {
      if (token === undefined) throw noToken('Send a bearer token in the Authorization header.');
      return await this.parts.tokens.verify(token);
    } catch (problem) {
      this.limits.takeUnknown(request.ip);
      throw problem;
    }
  }
}

function userIdIn({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null || !('user_id' in params)) return undefined;
  return typeof params.user_id === 'string' ? params.user_id : undefined;
}
