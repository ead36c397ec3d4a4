import { Router } from 'express'
import { migrationState } from '../db/migrate.ts'
import type { Services } from '../main/compose.ts'

/** `/healthz`: the process lives. `/readyz`: it can do its work, which needs the database. Neither tells more. */
export function health(services: Services): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => {
    response.type('text').send('ok\n')
  })
  router.get('/readyz', (_request, response, next) => {
    migrationState(services.database.pool)
      .then(
        (state) =>
          response
            .status(state.ok ? 200 : 503)
            .type('text')
            .send(state.ok ? 'ready\n' : 'not ready\n'),
        () => response.status(503).type('text').send('not ready\n'),
      )
      .catch(next)
  })
  return router
}
