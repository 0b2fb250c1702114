/** What the environment says about the databases of tests. The only file here that reads it. */
export const testDatabase = (): {
  readonly dialect: 'sqlite' | 'mariadb'
  /** The server program; `BP_TEST_MARIADB_BIN` names another release. */
  readonly mariadbd: string
  readonly path: string
} => ({
  dialect: process.env['BP_TEST_DIALECT'] === 'mariadb' ? 'mariadb' : 'sqlite',
  mariadbd: process.env['BP_TEST_MARIADB_BIN'] ?? 'mariadbd',
  // A database server lies in /usr/sbin, which the PATH of ordinary users leaves out.
  path: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`,
})
