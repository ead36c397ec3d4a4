/** What writes workbooks, loaded when the first one is written: most processes never write any, and it takes 20 MB. */
export const xlsx = () => import('hucre/xlsx')
