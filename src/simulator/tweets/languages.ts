/** A language in which tweets are written, as `lang` names it. */
export interface Language {
  readonly code: string
  /** Of 100 tweets, about so many. */
  readonly share: number
  readonly phrases: readonly string[]
  readonly hashtags: readonly string[]
  /** What stands between two phrases: a space, or nothing in scripts that don't part words. */
  readonly gap: string
}

const latin = (code: string, share: number, hashtags: string[], phrases: string[]): Language => ({
  code,
  share,
  phrases,
  hashtags,
  gap: ' ',
})

/** Many scripts, both directions of writing, combining marks, and the characters that CSV and JSON make much of. */
export const languages: readonly Language[] = [
  latin(
    'en',
    34,
    ['#NowPlaying', '#research', '#climate', '#openaccess', '#election2026', '#Caturday'],
    [
      'just finished reading this and I have questions',
      "can't believe it's only Tuesday",
      'R&amp;B on repeat, again',
      'he said: "one, two, three"',
      'the train is late, as always',
      'if a < b then b &gt; a',
      'C:\\Users\\me\\data.csv',
      'naïve café déjà vu',
      'coffee first; then we talk',
      'good morning to everyone except my alarm clock',
      'nobody:\nabsolutely nobody:\nmy cat at 4 a.m.',
      'thread 1/12',
      'what a match, what a night',
      'name,age,"city"',
    ],
  ),
  {
    code: 'ja',
    share: 19,
    hashtags: ['#拡散希望', '#お絵描き', '#ゲーム', '#今日の夕焼け'],
    gap: '',
    phrases: [
      '今日はとても寒いですね。',
      'おはようございます！',
      '明日のライブ楽しみすぎる',
      '「ありがとう」と言いたい。',
      '推しが尊い…',
      '新刊の表紙ができました',
      'ﾊﾝｶｸもあります',
      '電車が遅れています、',
      '𠮷野家で𩸽を食べた',
      'がぎぐげご',
    ],
  },
  latin(
    'es',
    8,
    ['#FelizLunes', '#Fútbol', '#España'],
    [
      '¿Qué pasó ayer?',
      '¡No me lo puedo creer!',
      'mañana será otro día',
      'el niño y la cigüeña',
      'buenos días a todos, menos a uno',
      'qué partidazo señores',
    ],
  ),
  latin(
    'ar',
    8,
    ['#السعودية', '#صباح_الخير', '#الهلال'],
    [
      'صباح الخير يا جماعة',
      'السلام عليكم ورحمة الله',
      'اللَّهُمَّ صَلِّ عَلَى مُحَمَّد',
      'ما أجمل هذا اليوم، الحمد لله',
      'العدد ١٢٣ و 456',
      'مباراة اليوم كانت رائعة جدا',
    ],
  ),
  latin(
    'pt',
    6,
    ['#BBB26', '#Flamengo'],
    [
      'bom dia, gente',
      'não acredito nisso',
      'saudade de você',
      'que coração, hein?',
      'amanhã tem jogo e ninguém dorme',
    ],
  ),
  latin(
    'ko',
    5,
    ['#방탄소년단', '#생일축하해'],
    ['오늘 하루도 수고했어요', '정말 고마워요 ㅠㅠ', '내일 뭐 먹지?', '한국어 테스트 한글', '너무 귀여워ㅋㅋㅋ'],
  ),
  {
    code: 'th',
    share: 4,
    hashtags: ['#ประเทศไทย', '#วันนี้'],
    gap: ' ',
    phrases: ['สวัสดีตอนเช้าค่ะ', 'วันนี้อากาศดีมาก', 'คิดถึงนะ', 'น้ำท่วมอีกแล้ว', 'ขอบคุณมากๆ เลยค่ะ'],
  },
  latin(
    'tr',
    4,
    ['#Galatasaray', '#günaydın'],
    ['günaydın İstanbul', 'ıssız bir ada, iğde ağacı', 'çok güzel olmuş', 'şimdi değilse ne zaman?'],
  ),
  latin(
    'in',
    3,
    ['#jakarta'],
    ['selamat pagi semuanya', 'kenapa hujan terus ya', 'wkwkwk lucu banget', 'jangan lupa makan siang'],
  ),
  latin(
    'fr',
    3,
    ['#été', '#OM'],
    ['ça alors !', 'où est-ce qu’on va ?', 'l’œuf ou la poule, telle est la question', 'bonne journée à tous'],
  ),
  latin('hi', 2, ['#भारत'], ['नमस्ते दोस्तों', 'आज का दिन बहुत अच्छा है', 'क्षत्रिय ज्ञान श्री', 'चाय पीते हैं, फिर बात करेंगे']),
  latin(
    'ru',
    1.5,
    ['#Москва'],
    ['доброе утро', 'ничего себе, вот это да', 'съешь ещё этих мягких французских булок', 'как дела?'],
  ),
  latin('uk', 0.5, ['#Київ'], ['добрий ранок', 'її ґанок і п’ять їжаків', 'слава тим, хто працює']),
  latin('fa', 0.5, ['#ایران'], ['می‌خواهم بخوابم', 'سلام به همه، صبح بخیر']),
  {
    code: 'zh',
    share: 0.6,
    hashtags: ['#新年快乐'],
    gap: '',
    phrases: ['你好，世界。', '今天天气很好', '“引号”、顿号；分号', '繁體字與简体字'],
  },
  latin('he', 0.3, ['#ישראל'], ['בוקר טוב לכולם', 'שָׁלוֹם עֲלֵיכֶם']),
  latin('de', 0.6, ['#Tatort'], ['Grüße aus Graz, wo’s regnet', 'Straßenbahn verpasst', '„Zitat“, sagte er']),
  latin('vi', 0.4, [], ['Tiếng Việt có dấu', 'Tiếng Việt tổ hợp', 'chào buổi sáng']),
  latin('und', 1, [], ['…', '!!!', 'z̷̢͓a̴̛l̵͝g̸o̷', '¯\\_(ツ)_/¯', 'ffff']),
]

/** With surrogate pairs, joiners, skin tones, flags, keycaps and variation selectors. */
export const emoji: readonly string[] = [
  '😂',
  '❤️',
  '😭',
  '🙏🏽',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🇦🇹',
  '1️⃣',
  '🤷🏿‍♀️',
  '✨',
  '🔥🔥🔥',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  '🫠',
  '☕',
]
