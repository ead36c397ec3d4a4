import type { ApiDocument } from '../api/document.ts'
import type { Services } from '../main/compose.ts'
import { accountPastPages } from './account-past.pages.ts'
import { accountPages } from './accounts.pages.ts'
import { activationPages } from './activation.pages.ts'
import { addressPages } from './addresses.pages.ts'
import { apiDocsPages } from './api-docs.pages.ts'
import { attributePages } from './attributes.pages.ts'
import { auditPages } from './audit.pages.ts'
import { boardPages } from './board.pages.ts'
import { brakePages } from './brake.pages.ts'
import { changePages } from './changes.pages.ts'
import { commentPages } from './comments.pages.ts'
import { deputyPages } from './deputies.pages.ts'
import { holidayPages } from './holidays.pages.ts'
import { homePages } from './home.pages.ts'
import { idlePages } from './idle.pages.ts'
import { importPages } from './imports.pages.ts'
import { inboxPages } from './inbox.pages.ts'
import { letterTextPages } from './letter-texts.pages.ts'
import { lifePolicyPages } from './life-policy.pages.ts'
import { lifePages } from './life.pages.ts'
import { listPages } from './lists.pages.ts'
import { namingPages } from './naming.pages.ts'
import { officialLetterPages } from './official-letter.pages.ts'
import { ownRequestPages } from './own-requests.pages.ts'
import { passwordPages } from './password.pages.ts'
import { pausePages } from './pauses.pages.ts'
import { peoplePages } from './people.pages.ts'
import { policyPages } from './policies.pages.ts'
import { quotaPolicyPages } from './quota-policy.pages.ts'
import { reconcilePages } from './reconcile.pages.ts'
import { reorganisationPages } from './reorganisations.pages.ts'
import { requestPages } from './requests.pages.ts'
import { retentionPages } from './retention.pages.ts'
import { reviewPages } from './reviews.pages.ts'
import { rolePages } from './roles.pages.ts'
import { signInPages } from './sign-in.pages.ts'
import { stepsPages } from './steps.pages.ts'
import { timesPages } from './times.pages.ts'
import { tokenPages } from './tokens.pages.ts'
import { trackingPages } from './tracking.pages.ts'
import { undeliveredPages } from './undelivered.pages.ts'
import { unitPages } from './units.pages.ts'
import type { Lang } from './rendering.ts'
import type { Route } from './route.ts'

/** What the API tells programs of itself, in each language. */
export type ApiDocuments = Readonly<Record<Lang, ApiDocument>>

/** Every page, in the order of the folder; the table of access rights in the tests is held against this list. */
export const routesOf = (services: Services, documents: ApiDocuments): Route[] => [
  ...homePages(services),
  ...requestPages(services),
  ...officialLetterPages(services),
  ...commentPages(services),
  ...trackingPages(services),
  ...ownRequestPages(services),
  ...activationPages(services),
  ...signInPages(services),
  ...passwordPages(services),
  ...inboxPages(services),
  ...deputyPages(services),
  ...timesPages(services),
  ...accountPages(services),
  ...accountPastPages(services),
  ...idlePages(services),
  ...reviewPages(services),
  ...lifePages(services),
  ...changePages(services),
  ...peoplePages(services),
  ...listPages(services),
  ...boardPages(services),
  ...pausePages(services),
  ...reconcilePages(services),
  ...brakePages(services),
  ...importPages(services),
  ...unitPages(services),
  ...reorganisationPages(services),
  ...rolePages(services),
  ...holidayPages(services),
  ...stepsPages(services),
  ...policyPages(services),
  ...namingPages(services),
  ...lifePolicyPages(services),
  ...quotaPolicyPages(services),
  ...attributePages(services),
  ...letterTextPages(services),
  ...undeliveredPages(services),
  ...retentionPages(services),
  ...addressPages(services),
  ...auditPages(services),
  ...tokenPages(services),
  ...apiDocsPages(documents),
]
