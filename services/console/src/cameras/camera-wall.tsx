// The camera wall: all cameras small, or one, four or nine at a time; leafed through by buttons or by the keys 1 4 9 0 [ ].
import { useEffect, useState } from 'react'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { CameraTile } from './camera-tile.tsx'

const grids = [0, 1, 4, 9] as const
type Grid = (typeof grids)[number]

export function CameraWall(props: { readonly cameras: readonly CameraView[]; readonly mayAct: boolean }) {
  const { cameras, mayAct } = props
  const { t } = useLanguage()
  const [grid, setGrid] = useState<Grid>(0)
  const [page, setPage] = useState(0)
  const size = grid === 0 ? Math.max(1, cameras.length) : grid
  const pages = Math.max(1, Math.ceil(cameras.length / size))
  const at = Math.min(page, pages - 1)

  const choose = (chosen: Grid) => {
    setGrid(chosen)
    setPage(0)
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
      const asked = grids.find((each) => String(each) === event.key)
      if (asked !== undefined) {
        setGrid(asked)
        setPage(0)
      }
      if (event.key === '[') setPage(Math.max(0, at - 1))
      if (event.key === ']') setPage(Math.min(pages - 1, at + 1))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [at, pages])

  return (
    <>
      <div className="headline">
        <h2>{t('cameras')}</h2>
        <fieldset className="grids" title={t('wallKeys')}>
          <legend className="unseen">{t('gridChoice')}</legend>
          {grids.map((each) => (
            <button
              key={each}
              type="button"
              className="plain"
              aria-pressed={grid === each}
              onClick={() => choose(each)}
            >
              {each === 0 ? t('gridAll') : each}
            </button>
          ))}
          {pages > 1 && (
            <>
              <button
                type="button"
                className="plain"
                aria-label={t('pageBack')}
                onClick={() => setPage(Math.max(0, at - 1))}
              >
                ‹
              </button>
              <span className="minor">
                {at + 1} / {pages}
              </span>
              <button
                type="button"
                className="plain"
                aria-label={t('pageOn')}
                onClick={() => setPage(Math.min(pages - 1, at + 1))}
              >
                ›
              </button>
            </>
          )}
        </fieldset>
      </div>
      <ul className={`wall grid-${grid}`}>
        {cameras.slice(at * size, (at + 1) * size).map((camera) => (
          <CameraTile key={camera.id} camera={camera} mayAct={mayAct} />
        ))}
      </ul>
    </>
  )
}
