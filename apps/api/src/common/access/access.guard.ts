import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { RateLimiter } from '../limits/rate-limiter.js';
import { forbidden, unauthorized } from '../problems/problem.js';
import { setCaller, type Caller } from './caller.js';
import { PERMISSION_METADATA, hasPermission, type Permission } from './permissions.js';
import { TOKEN_VERIFIER, type TokenVerifier } from './token-verifier.js';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Authenticates the caller, applies the rate limit, and checks the permission, in this order. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
    @Inject(TOKEN_VERIFIER) private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const required = this.reflector.getAllAndOverride<Permission | 'none' | undefined>(
      PERMISSION_METADATA,
      [context.getHandler(), context.getClass()],
    );
    if (required === 'none') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.#authenticate(request);
    this.#applyRateLimit(caller);
    if (required === undefined || !hasPermission(caller, required, userIdParam(request))) {
      throw forbidden('The token does not permit this request.');
    }
    setCaller(request, caller);
    return true;
  }

  #applyRateLimit({ subject, roles }: Caller): void {
    const isPerson = roles.every((role) => role === 'user');
    this.limiter.take(isPerson ? 'user' : 'service', subject);
  }

  async #authenticate(request: FastifyRequest): Promise<Caller> {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    try {
      if (token === undefined) {
        throw unauthorized('Send a bearer token in the Authorization header.');
      }
      return await this.tokens.verify(token);
    } catch (problem) {
      this.limiter.take('anonymous', request.ip);
      throw problem;
    }
  }
}

function userIdParam({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null || !('user_id' in params)) return undefined;
  return typeof params.user_id === 'string' ? params.user_id : undefined;
}
