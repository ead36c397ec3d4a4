import connectPg from 'connect-pg-simple'
import session from 'express-session'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import type { AccountId, RequestId } from '../../kernel/ids.ts'

declare module 'express-session' {
  /** What a session remembers. Of somebody signed in only the account's id: role and state are read at every request. */
  interface SessionData {
    accountId: AccountId
    /** The e-mail confirmation under way. */
    contact: { challenge: string; email: string }
    /** The draft or returned request that this visitor fills. */
    requestId: RequestId
    /** The request that this visitor follows. */
    trackedId: RequestId
    /** The one-time secret that is being used, after a slip's code was typed; sealed. */
    activation: string
    /** Sealed input and errors of the last form that failed. */
    form: { name: string; sealed: string }
    notice: { tone: 'ok' | 'info' | 'wait' | 'bad'; text: string }
  }
}

const TOUCH_MS = 60_000

/**
 * Sessions in PostgreSQL. A session that only goes on is touched once a minute at most, so the idle time-out is exact to a
 * minute and most pages write nothing.
 */
export function sessions(options: { pool: Pool; secret: string; secure: boolean; idleMinutes: number }): {
  handler: RequestHandler
  close: () => void
} {
  const Store = connectPg(session)
  const touched = new Map<string, number>()
  class CalmStore extends Store {
    override touch(sid: string, data: session.SessionData, done?: () => void): void {
      const now = Date.now()
      if (now - (touched.get(sid) ?? 0) < TOUCH_MS) {
        done?.()
        return
      }
      if (touched.size > 50_000) touched.clear()
      touched.set(sid, now)
      super.touch(sid, data, done)
    }
  }
  const store = new CalmStore({
    pool: options.pool,
    tableName: 'session',
    createTableIfMissing: false,
    pruneSessionInterval: 900,
  })
  const handler = session({
    store,
    name: options.secure ? '__Host-congvu' : 'congvu',
    secret: options.secret,
    resave: false,
    saveUninitialized: false,
    // The cookie's age is the idle time-out, so that each answer begins it anew.
    rolling: true,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure: options.secure,
      path: '/',
      maxAge: options.idleMinutes * 60_000,
    },
  })
  return { handler, close: () => store.close() }
}
