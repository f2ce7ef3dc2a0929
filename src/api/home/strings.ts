/** The words of the start page in the languages that it speaks. Whatever stands in one stands in all. */
export const LANGUAGES = ['en', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

const EN = {
  dir: 'ltr',
  self: 'English',
  about: 'Posts as they were, when they were seen, in a form that a stranger can check.',
  home: 'Start',
  search: 'Search',
  searchFor: 'Words in any version of any post',
  inCollection: 'Collection',
  allCollections: 'all collections',
  collections: 'Collections',
  collection: 'Collection',
  posts: 'Posts',
  snapshots: 'Snapshots',
  observations: 'Observations',
  accessions: 'Accessions',
  empty: 'Nothing has been archived yet.',
  howToBegin: 'Hand in an export file, on the command line or over HTTP:',
  hits: (total: number) => (total === 1 ? '1 post' : `${total.toLocaleString('en')} posts`),
  noHits: 'No post holds these words.',
  withheld: (n: number) =>
    `${n.toLocaleString('en')} more are withheld: private or restricted. The command line and the API show them on request (include).`,
  next: 'Next page',
  problem: 'That did not work',
  published: 'Published, says the platform',
  firstSeen: 'First seen',
  lastSeen: 'Last seen',
  history: 'Versions of this post',
  order: 'oldest first',
  version: (n: number) => `Version ${n}`,
  from: 'seen from',
  until: 'until',
  times: (n: number) => (n === 1 ? 'seen once' : `seen ${n.toLocaleString('en')} times`),
  basis: 'basis',
  changed: 'What changed since the version before',
  tooLong: 'These two texts are too long to be compared here.',
  noText: 'This version has no text.',
  observationsOf: 'Every time it was looked at',
  observedAt: 'Seen',
  recordedAt: 'Written down',
  outcome: 'Outcome',
  evidence: 'Bytes',
  raw: 'original bytes',
  asJson: 'as JSON',
  api: 'API',
  queues: 'Queues',
  notFound: 'There is no such post here.',
  source: 'Source',
  author: 'Author',
  address: 'Address',
  unknownAuthor: 'unknown author',
  untitled: 'no text',
  outcomes: {
    present: 'present',
    deleted: 'deleted',
    notFound: 'not found',
    forbidden: 'forbidden',
    suspended: 'account suspended',
    deactivated: 'account deactivated',
    unreachable: 'unreachable',
    omitted: 'omitted',
    notCaptured: 'not captured',
  } as Readonly<Record<string, string>>,
  bases: {
    record: 'the record says so',
    manifest: 'the package says so',
    stated: 'whoever handed it in says so',
    'zip-entry': "the archive member's own time",
    http: "the answer's date",
    receipt: 'nothing says so: when it was received',
  } as Readonly<Record<string, string>>,
  zoneUnknown: 'time zone unknown',
};

export type Strings = typeof EN;

const AR: Strings = {
  dir: 'rtl',
  self: 'العربية',
  about: 'المنشورات كما كانت، حين شوهدت، في صورة يستطيع أي غريب أن يتحقق منها.',
  home: 'البداية',
  search: 'بحث',
  searchFor: 'كلمات في أي نسخة من أي منشور',
  inCollection: 'المجموعة',
  allCollections: 'كل المجموعات',
  collections: 'المجموعات',
  collection: 'المجموعة',
  posts: 'المنشورات',
  snapshots: 'اللقطات',
  observations: 'المشاهدات',
  accessions: 'الإيداعات',
  empty: 'لم يُؤرشف شيء بعد.',
  howToBegin: 'سلّم ملف تصدير، من سطر الأوامر أو عبر HTTP:',
  hits: (total) => `عدد المنشورات: ${total.toLocaleString('ar')}`,
  noHits: 'لا منشور فيه هذه الكلمات.',
  withheld: (n) =>
    `محجوب أيضًا: ${n.toLocaleString('ar')} (خاص أو مقيّد). يظهر عند الطلب من سطر الأوامر أو الواجهة البرمجية (include).`,
  next: 'الصفحة التالية',
  problem: 'لم ينجح ذلك',
  published: 'نُشر بحسب المنصة',
  firstSeen: 'أول مشاهدة',
  lastSeen: 'آخر مشاهدة',
  history: 'نسخ هذا المنشور',
  order: 'الأقدم أولًا',
  version: (n) => `النسخة ${n.toLocaleString('ar')}`,
  from: 'شوهدت منذ',
  until: 'حتى',
  times: (n) => (n === 1 ? 'شوهدت مرة واحدة' : n === 2 ? 'شوهدت مرتين' : `عدد المشاهدات: ${n.toLocaleString('ar')}`),
  basis: 'الأساس',
  changed: 'ما تغيّر منذ النسخة السابقة',
  tooLong: 'النصان أطول من أن يُقارنا هنا.',
  noText: 'لا نص في هذه النسخة.',
  observationsOf: 'كل مرة نُظر فيها إليه',
  observedAt: 'شوهد',
  recordedAt: 'سُجّل',
  outcome: 'النتيجة',
  evidence: 'البايتات',
  raw: 'البايتات الأصلية',
  asJson: 'بصيغة JSON',
  api: 'الواجهة البرمجية',
  queues: 'الطوابير',
  notFound: 'لا منشور كهذا هنا.',
  source: 'المصدر',
  author: 'الكاتب',
  address: 'العنوان',
  unknownAuthor: 'كاتب مجهول',
  untitled: 'بلا نص',
  outcomes: {
    present: 'موجود',
    deleted: 'محذوف',
    notFound: 'غير موجود',
    forbidden: 'ممنوع',
    suspended: 'الحساب موقوف',
    deactivated: 'الحساب معطّل',
    unreachable: 'تعذّر الوصول',
    omitted: 'لم يُذكر',
    notCaptured: 'لم يُلتقط',
  },
  bases: {
    record: 'السجل يقول ذلك',
    manifest: 'الحزمة تقول ذلك',
    stated: 'قول من سلّمها',
    'zip-entry': 'وقت الملف في الأرشيف',
    http: 'تاريخ الجواب',
    receipt: 'لا شيء يقول ذلك: وقت الاستلام',
  },
  zoneUnknown: 'المنطقة الزمنية غير معروفة',
};

export const STRINGS: Readonly<Record<Language, Strings>> = { en: EN, ar: AR };

/** `?lang=` decides, then what the browser prefers (RFC 9110, 12.5.4), then English. */
export function chooseLanguage(asked: string | undefined, acceptLanguage: string | undefined): Language {
  const direct = LANGUAGES.find((language) => language === asked);
  if (direct) return direct;
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find((text) => text !== undefined);
      return { language: tag.toLowerCase().split('-')[0], weight: q === undefined ? 1 : Number(q) };
    })
    .sort((a, b) => b.weight - a.weight);
  for (const { language } of wanted) {
    const known = LANGUAGES.find((candidate) => candidate === language);
    if (known) return known;
  }
  return 'en';
}
