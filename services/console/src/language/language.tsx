// The language of the page: Chinese unless the browser or the person says otherwise; remembered on this machine.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { type TextKey, texts } from './texts.ts'

type Language = 'zh' | 'en'

interface LanguageContext {
  readonly language: Language
  readonly toggle: () => void
  /** a text of the page */
  readonly t: (key: TextKey) => string
  /** one of a pair, as in texts.ts, or of { zh, en }, as in events */
  readonly pick: (names: readonly [string, string] | { readonly zh: string; readonly en: string }) => string
}

const Context = createContext<LanguageContext | undefined>(undefined)
const storageKey = 'qly-language'

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(initial)
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    localStorage.setItem(storageKey, language)
  }, [language])
  const value = useMemo<LanguageContext>(() => {
    const index = language === 'zh' ? 0 : 1
    return {
      language,
      toggle: () => setLanguage(language === 'zh' ? 'en' : 'zh'),
      t: (key) => texts[key][index],
      pick: (names) => ('zh' in names ? names[language] : names[index]),
    }
  }, [language])
  return <Context value={value}>{children}</Context>
}

export function useLanguage(): LanguageContext {
  const context = useContext(Context)
  if (!context) throw new Error('useLanguage needs a LanguageProvider around it')
  return context
}

function initial(): Language {
  const kept = localStorage.getItem(storageKey)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.startsWith('zh') || !navigator.language.startsWith('en') ? 'zh' : 'en'
}
