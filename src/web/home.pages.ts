import type { Services } from '../main/compose.ts'
import { fixed, type Route } from './route.ts'

/** Pages that say the same to everybody, and work while database and directory are away. */
export const homePages = (_services: Services): Route[] => [
  fixed('/', (page) => page.render('home.njk', { title: page.t.home.title })),
  fixed('/tro-giup', (page) => page.render('help.njk', { title: page.t.help.title })),
  fixed('/bang-tinh-trang', (page) => page.render('states.njk', { title: page.t.guide.title })),
]
