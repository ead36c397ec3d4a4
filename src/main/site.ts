import express, { type Express } from 'express'
import { apiApp, type Api } from '../api/app.ts'
import { webApp, type WebApp } from '../web/app.ts'
import type { Services } from './compose.ts'

export type Site = { readonly app: Express; readonly web: WebApp; readonly api: Api; close(): void }

/** Pages and API in one server. Neither knows the other: the API reads no session, the pages no token. */
export async function site(services: Services): Promise<Site> {
  const api = apiApp(services)
  const web = await webApp(services, api.document)
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', services.config.web.trustProxy)
  app.use('/api/v1', api.app)
  app.use(web.app)
  return { app, web, api, close: () => web.close() }
}
