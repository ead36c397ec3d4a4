import { destination, pino, type DestinationStream, type Logger } from 'pino'

export type Log = Logger

/** Fields that never reach a log, wherever they stand. */
const SECRET = ['password', 'password2', 'secret', 'token', 'code', 'number', 'cookie', 'authorization', '_csrf']

/** Structured logs on standard output. Secrets, session cookies and identification numbers are blotted out. */
export const logger = (level: string, output: DestinationStream = destination(1)): Log =>
  pino(
    {
      level,
      redact: {
        paths: [
          ...SECRET,
          ...SECRET.map((name) => `*.${name}`),
          ...SECRET.map((name) => `*.*.${name}`),
          'req.headers["set-cookie"]',
        ],
        censor: '[redacted]',
      },
    },
    output,
  )
