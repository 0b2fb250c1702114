/** The only file here that reads the environment. */

/** What every child process needs of the machine, and nothing else of this process. */
export const machine = (): { readonly PATH?: string; readonly HOME?: string } => ({
  ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
  ...(process.env['HOME'] === undefined ? {} : { HOME: process.env['HOME'] }),
})

/** What the environment says about the databases of tests. */
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
