import type { SecurityHeadersOptions } from '@nestjs/common';

/** Strict enough for the page, which needs nothing from elsewhere; what is no page needs nothing. */
export const SECURITY_HEADERS: SecurityHeadersOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: "'none'",
      scriptSrc: "'self'",
      styleSrc: "'self'",
      imgSrc: ["'self'", 'data:'],
      fontSrc: "'self'",
      connectSrc: "'self'",
      manifestSrc: "'self'",
      baseUri: "'none'",
      formAction: "'none'",
      frameAncestors: "'none'",
    },
  },
  strictTransportSecurity: { includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
};
