import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { PARTS, type ApiParts } from '../../api-parts.js';
import { RateLimiter } from '../limits/rate-limiter.js';
import { unauthorized, forbidden } from '../problems/problem.js';
import { setCaller, type Caller } from './caller.js';
import { PERMISSION_METADATA, hasPermission, type Permission } from './permissions.js';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Who is it, do they ask too often, may they do this: in this order, before every route. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimiter,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const required = this.reflector.getAllAndOverride<Permission | 'none' | undefined>(
      PERMISSION_METADATA,
      [context.getHandler(), context.getClass()],
    );
    if (required === 'none') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.#authenticate(request);
    this.limits.take(caller);
    if (required === undefined || !hasPermission(caller, required, userIdParam(request))) {
      throw forbidden('Your token does not allow this.');
    }
    setCaller(request, caller);
    return true;
  }

  async #authenticate(request: FastifyRequest): Promise<Caller> {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    try {
      if (token === undefined)
        throw unauthorized('Send a bearer token in the Authorization header.');
      return await this.parts.tokens.verify(token);
    } catch (problem) {
      this.limits.takeAnonymous(request.ip);
      throw problem;
    }
  }
}

function userIdParam({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null || !('user_id' in params)) return undefined;
  return typeof params.user_id === 'string' ? params.user_id : undefined;
}
