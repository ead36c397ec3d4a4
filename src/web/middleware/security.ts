import { randomBytes } from 'node:crypto'
import { doubleCsrf } from 'csrf-csrf'
import type { Request, RequestHandler, Response } from 'express'
import helmet from 'helmet'

/** A strict Content-Security-Policy with a nonce for the one inline script, and the usual headers. */
export function headers(secure: boolean): RequestHandler[] {
  const nonce: RequestHandler = (_request, response, next) => {
    response.locals.nonce = randomBytes(16).toString('base64')
    next()
  }
  const nonceOf = (_request: unknown, response: unknown) => `'nonce-${String((response as Response).locals.nonce)}'`
  return [
    nonce,
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'", nonceOf],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
          manifestSrc: ["'self'"],
        },
      },
      strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
      referrerPolicy: { policy: 'same-origin' },
      crossOriginEmbedderPolicy: false,
    }),
  ]
}

/** Signed double-submit tokens bound to the session; every request that changes something must bear one. */
export function csrf(options: { secret: string; secure: boolean }): {
  check: (request: Request, response: Response) => boolean
  token: (request: Request, response: Response) => string
} {
  const { generateCsrfToken, validateRequest } = doubleCsrf({
    getSecret: () => options.secret,
    // A visitor without a session of their own has none to be bound to.
    getSessionIdentifier: (request) => (hasSession(request) ? request.sessionID : ''),
    cookieName: options.secure ? '__Host-congvu-form' : 'congvu-form',
    cookieOptions: { sameSite: 'lax', secure: options.secure, httpOnly: true, path: '/' },
    getCsrfTokenFromRequest: (request) =>
      (request.body as Record<string, unknown> | undefined)?.['_csrf'] as string | undefined,
  })
  return {
    check: (request) => validateRequest(request),
    token: (request, response) => generateCsrfToken(request, response, { validateOnReuse: false }),
  }
}

/** Whether the session exists beyond this request. */
function hasSession(request: Request): boolean {
  const { session } = request as { session?: Request['session'] }
  if (!session) return false
  return Object.keys(session).some((key) => key !== 'cookie')
}
