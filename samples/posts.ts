/**
 * What the invented teacher wrote. Nobody's words: the account, the people it answers and every sentence are made up.
 *
 * Plain text, decoded. `{0}`, `{1}` stand where a link of `links` stands; media links are added at the end, as X does.
 */
import type { Picture } from './drawings.js';

export interface Person {
  readonly id: string;
  /** Of 16 to 20 characters: X allows 15, so no real account can have it. */
  readonly handle: string;
  readonly name: string;
}

export const TEACHER: Person = {
  id: '9100000000000000002',
  handle: 'teacher_of_room_two',
  name: 'معلّمة الصف الثاني 🕊️',
};

export const OTHERS = {
  lantern: { id: '9100000000000000021', handle: 'citadel_lanternist', name: 'قنديل القلعة' },
  bread: { id: '9100000000000000022', handle: 'bread_queue_notebook', name: 'Bread Queue Notebook' },
  ward: { id: '9100000000000000023', handle: 'night_ward_window_3', name: 'جناح الليل' },
  nowhere: { id: '9100000000000000024', handle: 'nowhere_dispatches', name: 'Nowhere Correspondent' },
  evening: { id: '9100000000000000025', handle: 'antep_aksam_sinifi', name: 'Akşam Sınıfı' },
  pupil: { id: '9100000000000000026', handle: 'back_bench_room_two', name: 'الصف الثاني، المقعد الأخير' },
} as const satisfies Record<string, Person>;

export type Other = keyof typeof OTHERS;

export interface Post {
  /** Names it within this file. */
  readonly key: string;
  /** UTC, to the second. */
  readonly at: string;
  readonly text: string;
  readonly lang: 'ar' | 'en' | 'tr' | 'und' | 'zxx';
  /** A post of ours, somebody's post at a time, or somebody without saying which post. */
  readonly reply?: { readonly to: string } | { readonly who: Other; readonly at?: string };
  readonly links?: readonly Link[];
  readonly media?: readonly {
    readonly picture: Picture;
    /** Named in tweets.js, absent from the ZIP. */ readonly missing?: true;
  }[];
  /** A stub: `RT @who: text`, cut at 140 characters as X cut it. */
  readonly repostOf?: Other;
  /** The key of the post that this one is an edit of. */
  readonly edits?: string;
  /** The whole of a long post; `text` is then ignored, tweets.js has only its beginning. */
  readonly note?: string;
  readonly app?: 'Android' | 'Web';
  readonly likes?: number;
}

/** Somewhere on the web, or a post: of ours, or somebody's at a time. */
export type Link = { readonly url: string } | { readonly post: string } | { readonly who: Other; readonly at: string };

const BEFORE: readonly Post[] = [
  {
    key: 'first',
    at: '2013-02-17T06:40:12Z',
    lang: 'ar',
    text: 'أول تغريدة. أنا معلّمة في شرق حلب، أكتب هنا كي لا أنسى.',
    likes: 3,
  },
  {
    key: 'pencils',
    at: '2013-02-18T11:05:47Z',
    lang: 'en',
    text: 'First lesson of the week: twelve children, nine pencils. We cut three in half. Now everyone has one & everyone is proud.',
    likes: 5,
  },
  {
    key: 'harakat',
    at: '2013-03-03T09:21:30Z',
    lang: 'ar',
    text: 'كتبنا اليوم على اللوح: حَلَبُ مَدِينَتُنَا.\nثم قرأناها بلا حركات: حلب مدينتنا.\nثم مددناها بالطبشور: حـــلـــب.\nالكلمة واحدة. #حلب',
    likes: 11,
  },
  {
    key: 'rt-bread',
    at: '2013-04-10T17:48:02Z',
    lang: 'en',
    repostOf: 'bread',
    text: 'Queue this morning: 40 minutes, two jokes, one argument about football. Bread: still warm.',
  },
  {
    key: 'answer-ward',
    at: '2013-05-21T20:13:55Z',
    lang: 'ar',
    reply: { who: 'ward', at: '2013-05-21T19:58:01Z' },
    text: '@night_ward_window_3 ليلة هادئة عليكم. الأولاد رسموا لكم نافذة رابعة، سنرسلها غداً مع الجار.',
    likes: 2,
  },
  {
    key: 'blackboard',
    at: '2013-06-02T08:30:00Z',
    lang: 'ar',
    text: 'لوح جديد! بابُ خزانةٍ قديم وعلبة دهان أخضر. أول حرفين: ألف، باء 👩🏽‍🏫',
    media: [{ picture: 'blackboard' }],
    likes: 19,
  },
  {
    key: 'basement',
    at: '2013-09-15T07:12:40Z',
    lang: 'en',
    text: 'School year two starts one floor lower than school year one. The children call it "the submarine". Nobody is afraid of a submarine. #Aleppo',
    likes: 14,
  },
  {
    key: 'rt-lantern-cut',
    at: '2013-11-30T21:02:19Z',
    lang: 'ar',
    repostOf: 'lantern',
    text: 'من ذاكرة الحي: كان بائع السوس يمرّ عند العصر، يسبقه صوت الطاسات، فيعرف الأولاد أن الواجب قد تأخر وأن الشمس لن تنتظر أحداً منهم هذا المساء',
  },
  {
    key: 'snow',
    at: '2014-01-12T10:44:08Z',
    lang: 'en',
    text: 'Snow! ثلج!! ❄️☃️\nWe cancelled grammar and measured it with rulers:\n\n- yard: 11 cm\n- stairs: 7 cm\n- my left shoe: too much',
    likes: 23,
  },
  {
    key: 'mother-tongue',
    at: '2014-02-21T09:00:00Z',
    lang: 'ar',
    text: 'اليوم العالمي للغة الأم 💛 سألتهم: ما أجمل كلمة؟ فقالوا: خبز، ماما، فرصة، «يلّا». #حلب',
    likes: 9,
  },
  {
    key: 'window-word',
    at: '2014-03-08T12:31:27Z',
    lang: 'ar',
    text: 'كلمة اليوم بالإنكليزية: WINDOW (نافذة). جمعها windows لا «وندوز» كما أصرّ آخر المقعد 😄 ومعناها: مكانٌ تنظر منه، with or without glass.',
    likes: 8,
  },
  {
    key: 'lentils',
    at: '2014-04-28T13:15:09Z',
    lang: 'en',
    text: 'Maths with lentils: 3 × 4 = 12, 12 ÷ 3 = 4, and afterwards soup. Nobody failed. #Aleppo #school',
    likes: 12,
  },
  {
    key: 'lamp',
    at: '2014-06-11T19:50:33Z',
    lang: 'ar',
    text: 'نافذتي الليلة. المصباح على الكاز، والقمر مجّاناً 🌙 #حلب',
    media: [{ picture: 'lamp' }],
    likes: 31,
  },
  {
    key: 'without-books',
    at: '2014-08-30T16:20:41Z',
    lang: 'en',
    text: 'A kind stranger wrote a whole guide on teaching without books: {0} I printed page one. Page one is a list of games. I like this person.',
    links: [{ url: 'https://teaching.example/without-books?lang=en&level=2' }],
    likes: 6,
  },
  {
    key: 'homework',
    at: '2014-10-05T14:02:58Z',
    lang: 'ar',
    text: 'واجب الغد: إذا كان x < 5 و y > 5 فهل x + y > 5 دائماً؟ اكتبوا <السبب> لا الجواب & لا تسألوا إخوتكم.',
    likes: 4,
  },
  {
    key: 'orange',
    at: '2014-12-24T15:37:20Z',
    lang: 'en',
    text: 'One orange, fourteen pieces, and a lesson about fractions that nobody will forget 🍊',
    likes: 27,
  },
  {
    key: 'map',
    at: '2015-01-20T11:11:11Z',
    lang: 'en',
    text: 'We drew the way to school from memory. The map is wrong about everything but the fig tree 🗺️',
    media: [{ picture: 'map' }],
    likes: 16,
  },
  {
    key: 'mothers-day',
    at: '2015-03-21T08:08:08Z',
    lang: 'ar',
    text: 'عيد الأم. كتبوا «ماما» على اللوح حتى لم يبقَ مكان، فكتبوا على الجدار. لم أمحُ شيئاً.',
    likes: 22,
  },
  {
    key: 'rt-ward',
    at: '2015-05-05T22:41:03Z',
    lang: 'ar',
    repostOf: 'ward',
    text: 'وصلت نافذة رابعة، مرسومة بالأزرق. علّقناها إلى جانب الثلاث. صار المنظر أوسع.',
  },
  {
    key: 'exam',
    at: '2015-06-18T10:05:00Z',
    lang: 'und',
    text: '١٠/١٠ ✏️✏️✏️',
    likes: 13,
  },
  {
    key: 'quote-nowhere',
    at: '2015-09-13T18:26:44Z',
    lang: 'en',
    text: 'He asked what we need. Chalk, glass, & a week without visitors from the sky. In that order. {0}',
    links: [{ who: 'nowhere', at: '2015-09-13T12:10:10Z' }],
    likes: 18,
  },
  {
    key: 'mention-bread',
    at: '2015-10-10T06:55:31Z',
    lang: 'en',
    reply: { who: 'bread' },
    text: '@bread_queue_notebook write the jokes down too, they will be needed',
    likes: 3,
  },
  {
    key: 'gallery',
    at: '2015-11-17T13:40:52Z',
    lang: 'ar',
    text: 'موضوع الرسم: «شيء بقي في مكانه». البيت، والقطة. (القطة لم تبقَ في مكانها أثناء الرسم.) 🏠🐈',
    media: [{ picture: 'house' }, { picture: 'cat' }],
    likes: 35,
  },
  {
    key: 'tomorrow',
    at: '2015-12-31T17:59:59Z',
    lang: 'en',
    text: 'Last lesson of the year: "tomorrow" in six languages.\nغداً\ntomorrow\nyarın\ndemain\nmorgen\n明日',
    likes: 20,
  },
  {
    key: 'pen-pal',
    at: '2016-02-02T09:17:36Z',
    lang: 'ar',
    text: 'كتبوا رسائل إلى أطفال في مدينة أخرى. السؤال الأكثر تكراراً: «هل عندكم مطر الآن؟» 🌧️',
    likes: 10,
  },
  {
    key: 'four-percent',
    at: '2016-04-09T20:48:15Z',
    lang: 'en',
    text: 'Correcting dictation by the light of the phone. 4% left: 3 for the dictation, 1 for you. Good night 🔋',
    likes: 29,
  },
  {
    key: 'rt-nowhere-cut',
    at: '2016-05-30T19:33:48Z',
    lang: 'en',
    repostOf: 'nowhere',
    text: 'People keep asking me for a picture of the school. There is a curtain, a stove, eleven shoes in a row, and a woman who says "page nine" as if nothing else existed in the world',
  },
  {
    key: 'fig-tree',
    at: '2016-06-19T07:25:10Z',
    lang: 'ar',
    text: 'نقلنا الدروس إلى البيت الذي خلف شجرة التين، الباب الثالث. من يعرف أهل «آخر المقعد» فليخبرهم.',
    likes: 7,
  },
  {
    key: 'timetable',
    at: '2016-07-17T08:00:04Z',
    lang: 'en',
    text: 'The road is closed. The timetable is not: reading at nine, sums at ten, stories until somebody laughs.',
    likes: 41,
  },
  {
    key: 'bell',
    at: '2016-09-04T05:58:21Z',
    lang: 'ar',
    text: 'الجرس هذا العام: ملعقة وطنجرة. صوته أجمل من الأول، والطنجرة تعود إلى المطبخ ظهراً. #حلب',
    media: [{ picture: 'bell' }],
    likes: 33,
  },
  {
    key: 'names',
    at: '2016-10-20T16:44:29Z',
    lang: 'en',
    text: 'Every evening I copy the register by hand, one more copy, and give it to one more neighbour. How to keep a list safe: {0} and {1}',
    links: [
      { url: 'https://archives.example/keeping/lists' },
      { url: 'https://archives.example/keeping/copies#three' },
    ],
    likes: 15,
  },
  {
    key: 'stairs',
    at: '2016-11-15T18:12:00Z',
    lang: 'ar',
    text: 'تحت الدرج متّسع لصفّ كامل إذا جلس الكبار في الخلف، وحكاية واحدة تكفي الجميع.',
    likes: 24,
  },

  // December 2016: seven messages on one evening, and the mornings after.
  {
    key: 'thread-1',
    at: '2016-12-12T19:02:05Z',
    lang: 'ar',
    text: 'أكتب من الصف، لا من البيت. الليلة كل شيء قريب. سأكتب قليلاً، ثم أطفئ الهاتف وأوفّر ما بقي منه. #حلب (١/٧)',
    likes: 212,
  },
  {
    key: 'thread-2',
    at: '2016-12-12T19:09:41Z',
    lang: 'en',
    reply: { to: 'thread-1' },
    text: 'It is quieter under the stairs than you would think. Eleven children, two grandmothers, one cat. We are telling the story of the fox who learned to count. #Aleppo (2/7)',
    likes: 187,
  },
  {
    key: 'thread-3',
    at: '2016-12-12T19:20:18Z',
    lang: 'ar',
    reply: { to: 'thread-2' },
    text: 'حملنا من المدرسة ثلاثة أشياء: دفتر الأسماء، والجرس، وعلبة الطبشور. الباقي نحفظه غيباً. (٣/٧)',
    likes: 164,
  },
  {
    key: 'thread-4',
    at: '2016-12-12T19:31:50Z',
    lang: 'en',
    reply: { to: 'thread-3' },
    text: 'If you ever sat in Room Two: you were good company. Your drawings are in the blue folder, and the blue folder is with me. (4/7)',
    likes: 240,
  },
  {
    key: 'thread-5',
    at: '2016-12-12T19:44:27Z',
    lang: 'ar',
    reply: { to: 'thread-4' },
    text: 'الباب كما تركناه. لم نقفله: قد يحتاج أحدٌ إلى سقف. (٥/٧)',
    media: [{ picture: 'door', missing: true }],
    likes: 301,
  },
  {
    key: 'thread-6',
    at: '2016-12-12T20:03:09Z',
    lang: 'en',
    reply: { to: 'thread-5' },
    text: 'To whoever reads this later: we were ordinary. We argued about chalk. We were late for class. Please keep that part too. (6/7)',
    likes: 415,
  },
  {
    key: 'thread-7',
    at: '2016-12-12T20:15:33Z',
    lang: 'ar',
    reply: { to: 'thread-6' },
    text: 'إن انقطعتُ فلا تقلقوا أكثر مما يجب. تصبح على خير يا حلب، وتصبحون على خير يا من تقرؤون. 🕊️ (٧/٧)',
    likes: 508,
  },
  {
    key: 'morning',
    at: '2016-12-13T05:50:44Z',
    lang: 'ar',
    reply: { to: 'thread-7' },
    text: 'صباح الخير. ما زلنا هنا: ١١ طفلاً، جدّتان، قطة.\nGood morning. Still here.',
    likes: 622,
  },
  {
    key: 'answer-nowhere',
    at: '2016-12-14T14:22:16Z',
    lang: 'en',
    reply: { who: 'nowhere', at: '2016-12-14T14:09:30Z' },
    text: '@nowhere_dispatches yes, we heard it as well. We wait with the list in our hands & our shoes on.',
    likes: 58,
  },
  {
    key: 'bus',
    at: '2016-12-18T09:36:02Z',
    lang: 'en',
    text: 'On the bus. Nobody looks out of the window, and everybody looks out of the window.',
    likes: 377,
  },
  {
    key: 'arrived',
    at: '2016-12-19T06:10:57Z',
    lang: 'ar',
    text: 'وصلنا. ناديتُ الأسماء كلها، وقالوا جميعاً: حاضر.',
    likes: 733,
  },

  {
    key: 'tent',
    at: '2017-01-29T10:20:30Z',
    lang: 'ar',
    text: 'الصف الثاني، خيمة رقم ٤. الجرس نفسه، والقطة نفسها.',
    media: [{ picture: 'tent' }],
    likes: 146,
  },
  {
    key: 'rt-lantern',
    at: '2017-06-30T18:05:13Z',
    lang: 'ar',
    repostOf: 'lantern',
    text: 'سألني ابني عن بائع السوس، فرويت له. ثم سألني: وأين الطاسات الآن؟ #حلب',
  },
  {
    key: 'year-one',
    at: '2017-12-12T19:02:06Z',
    lang: 'en',
    reply: { to: 'thread-7' },
    text: 'One year. The blue folder is a little thicker.',
    likes: 94,
  },
  {
    key: 'turkish',
    at: '2018-09-10T08:31:45Z',
    lang: 'tr',
    text: 'İlk Türkçe cümlem: "Ben öğretmenim." Öğrenciler düzeltti, ben tekrar ettim, hep birlikte güldük.',
    likes: 51,
  },
  {
    key: 'evening',
    at: '2018-11-21T17:14:38Z',
    lang: 'tr',
    reply: { who: 'evening', at: '2018-11-21T16:50:00Z' },
    text: '@antep_aksam_sinifi yarın saat altıda, defterleri ben getiririm 📚',
    likes: 8,
  },
  {
    key: 'pupil',
    at: '2019-05-16T19:45:00Z',
    lang: 'ar',
    text: 'التقيت في السوق بمن كان يجلس في آخر المقعد. صار أطول مني. سألني: هل ما زالت جمعُها windows؟ 😄',
    likes: 120,
  },
  {
    key: 'mute',
    at: '2020-04-06T07:03:22Z',
    lang: 'en',
    text: 'Teaching through a screen. After all these years the hardest lesson is the mute button. Still, 26 little windows. 🪟',
    app: 'Web',
    likes: 66,
  },
  {
    key: 'rt-pupil',
    at: '2020-10-05T12:00:00Z',
    lang: 'ar',
    repostOf: 'pupil',
    text: 'يوم المعلّم 🌷 إلى من كانت تقول «الصفحة التاسعة» كأن لا شيء غيرها: حاضر.',
  },
  {
    key: 'five-years',
    at: '2021-12-12T19:30:00Z',
    lang: 'en',
    text: 'Five years. I still stand by this one. {0}',
    links: [{ post: 'thread-6' }],
    app: 'Web',
    likes: 143,
  },
  {
    key: 'only-emoji',
    at: '2022-03-21T08:08:08Z',
    lang: 'zxx',
    text: '🌷🇸🇾👩🏽‍🏫📖',
    likes: 17,
  },
  {
    key: 'answer-pupil',
    at: '2022-09-18T15:40:09Z',
    lang: 'ar',
    reply: { who: 'pupil', at: '2022-09-18T15:22:41Z' },
    text: '@back_bench_room_two الدفتر الأزرق عندي. تعال وخذ رسمتك، وأحضر معك كعكاً بسمسم.',
    likes: 12,
  },
  {
    key: 'roll-call',
    at: '2023-02-06T08:52:17Z',
    lang: 'ar',
    text: 'نحن في الشارع وبخير. في دفتري ٢٦ اسماً، أجاب منهم ٢٣ حتى الآن. من يعرف شيئاً عن الباقين فليكتب لي.',
    likes: 88,
  },
  {
    key: 'roll-call-edit',
    at: '2023-02-06T09:41:03Z',
    lang: 'ar',
    edits: 'roll-call',
    text: 'نحن في الشارع وبخير. في دفتري ٢٦ اسماً، أجابوا كلهم. الحمد لله. من يحتاج إلى بطانية فليكتب لي.',
    likes: 391,
  },
  {
    key: 'note',
    at: '2023-05-14T18:20:45Z',
    lang: 'ar',
    text: '',
    app: 'Web',
    note:
      'سألتني طالبة جديدة: لماذا تكتبين كل شيء؟ فحكيت لها عن دفتر الأسماء.\n\n' +
      'كنت أنسخه كل مساء بيدي، نسخة بعد نسخة، وأعطي كل نسخة لجار. لم أكن أعرف لماذا. كنت أعرف فقط أن الورقة الواحدة تضيع، وأن الورقات الكثيرة يجد بعضُها بعضاً. ' +
      'بعد سنوات عادت إليّ ثلاث منها: واحدة من امرأة لا أعرفها، وواحدة في ظرف بلا عنوان، وواحدة كانت طوال الوقت في جيب معطفي.\n\n' +
      'قارنتُها سطراً سطراً. الأسماء نفسها، والترتيب نفسه، وخطّي يتعب عند الحرف الأخير في كل نسخة. عندها فهمت ما معنى أن يشهد شيءٌ لشيء. #حلب',
    likes: 205,
  },
  {
    key: 'certificates',
    at: '2023-06-10T16:31:20Z',
    lang: 'en',
    text: 'Last day of term. 25 certificates, 25 handshakes, one cake. See you in September, Room Two.',
    media: [{ picture: 'certificate' }],
    likes: 44,
  },
];

const AFTER: readonly Post[] = [
  {
    key: 'certificates-edit',
    at: '2023-06-10T17:18:48Z',
    lang: 'en',
    edits: 'certificates',
    text: 'Last day of term. 26 certificates, 26 handshakes, one cake. (I had forgotten my own assistant. I am sorry!) See you in September, Room Two.',
    media: [{ picture: 'certificate' }],
    likes: 71,
  },
  {
    key: 'september',
    at: '2023-09-11T06:45:00Z',
    lang: 'ar',
    text: 'عام جديد. على الباب لوحة كتبها الأولاد: «الصف الثاني، تفضّلوا بالدخول». #حلب #مدرسة',
    media: [{ picture: 'sign' }],
    likes: 63,
  },
  {
    key: 'thanks-pupil',
    at: '2023-10-05T17:27:52Z',
    lang: 'ar',
    reply: { who: 'pupil', at: '2023-10-05T16:00:12Z' },
    text: '@back_bench_room_two وصل الكعك. الرسمة بخير، والسمسم لم يصمد ساعة.',
    likes: 9,
  },
  {
    key: 'seven-years',
    at: '2023-12-12T19:02:07Z',
    lang: 'en',
    reply: { to: 'year-one' },
    text: 'Seven years. Same folder, second elastic band.',
    likes: 102,
  },
  {
    key: 'rt-evening',
    at: '2024-01-20T15:15:15Z',
    lang: 'tr',
    repostOf: 'evening',
    text: 'Bu akşamki ders: "pencere" kelimesi dört dilde. Tahtada yer kalmadı.',
  },
  {
    key: 'candle',
    at: '2024-02-06T01:17:00Z',
    lang: 'ar',
    text: 'عام على تلك الليلة. ناديت الأسماء بصوت خافت كي لا أوقظ أحداً.',
    likes: 158,
  },
  {
    key: 'lists-again',
    at: '2024-03-30T10:10:10Z',
    lang: 'en',
    text: 'The page that I once linked about keeping lists safe is gone. Good thing that I had copied it. Three times. {0} {1}',
    links: [{ post: 'names' }, { url: 'https://archives.example/keeping/lists' }],
    app: 'Web',
    likes: 48,
  },
  {
    key: 'rain',
    at: '2024-06-02T11:59:03Z',
    lang: 'ar',
    text: 'جاء الجواب بعد ثماني سنوات، من مدينة بعيدة: «نعم، عندنا مطر الآن.» 🌧️',
    likes: 271,
  },
];

/** One archive as its owner asked for it. */
export interface Edition {
  readonly name: string;
  /** The manifest's generationDate. */
  readonly generated: string;
  readonly posts: readonly Post[];
  readonly deleted: readonly { readonly post: Post; readonly at: string }[];
  readonly bio: string;
  /** Likes go up between the archives: counts are not content. */
  readonly extraLikes: number;
}

/** It gave away where the lessons were; eight years later its author took it down. */
const TAKEN_DOWN = 'fig-tree';
/** Reposts vanish with their originals. The second archive is silent about them, which says nothing. */
const VANISHED: readonly string[] = ['rt-bread', 'rt-nowhere-cut'];

const taken = BEFORE.find(({ key }) => key === TAKEN_DOWN)!;

export const EDITIONS: readonly Edition[] = [
  {
    name: 'x-2023-teacher.zip',
    generated: '2023-06-10T17:02:33.418Z',
    posts: BEFORE,
    deleted: [],
    bio: 'معلّمة. من حلب، وفي غازي عنتاب. Invented: a sample for Perdure.',
    extraLikes: 0,
  },
  {
    name: 'x-2024-teacher.zip',
    generated: '2024-06-09T16:20:07.951Z',
    posts: [...BEFORE.filter(({ key }) => key !== TAKEN_DOWN && !VANISHED.includes(key)), ...AFTER],
    deleted: [{ post: taken, at: '2024-06-03T09:30:26Z' }],
    bio: 'معلّمة الصف الثاني. من حلب، وفي غازي عنتاب. Keeper of a blue folder. Invented: a sample for Perdure.',
    extraLikes: 1,
  },
];
