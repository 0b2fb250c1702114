import { Link } from '@tanstack/react-router'
import { to } from '../../addresses.ts'
import { Page } from '../../shell/page.tsx'
import { t } from '../../text/en.ts'
import { Empty } from '../../ui/empty.tsx'
import link from '../../ui/link-button.module.css'

export default function NotFoundPage() {
  return (
    <Page title={t.notFound.title}>
      <Empty title={t.notFound.title} text={t.notFound.text}>
        <Link to={to.effects} className={link['link']} data-variant="primary">
          {t.notFound.action}
        </Link>
      </Empty>
    </Page>
  )
}
