/** What WhatsApp itself writes where a person's words would stand, in the languages of its larger countries. */
import { INVISIBLE } from './head.js';

const EDGES = new RegExp(`^[\\s${INVISIBLE}]+|[\\s${INVISIBLE}]+$`, 'gu');

/** Without what is invisible around it, and without a full stop. */
function bare(text: string): string {
  return text
    .replace(EDGES, '')
    .replace(/[.。।]$/, '')
    .toLowerCase();
}

const DELETED = new Set(
  [
    'This message was deleted',
    'You deleted this message',
    'This message was deleted by admin',
    'تم حذف هذه الرسالة',
    'لقد حذفتَ هذه الرسالة',
    'لقد حذفت هذه الرسالة',
    'حذفتَ هذه الرسالة',
    'این پیام حذف شد',
    'شما این پیام را حذف کردید',
    'Diese Nachricht wurde gelöscht',
    'Du hast diese Nachricht gelöscht',
    'Se eliminó este mensaje',
    'Este mensaje fue eliminado',
    'Eliminaste este mensaje',
    'Ce message a été supprimé',
    'Vous avez supprimé ce message',
    'Esta mensagem foi apagada',
    'Mensagem apagada',
    'Você apagou esta mensagem',
    'Apagou esta mensagem',
    'Questo messaggio è stato eliminato',
    'Hai eliminato questo messaggio',
    'Bu mesaj silindi',
    'Bu mesajı sildiniz',
    'Данное сообщение удалено',
    'Это сообщение было удалено',
    'Вы удалили данное сообщение',
    'Це повідомлення видалено',
    'Ви видалили це повідомлення',
    'Dit bericht is verwijderd',
    'U hebt dit bericht verwijderd',
    'Pesan ini telah dihapus',
    'Pesan ini dihapus',
    'Anda telah menghapus pesan ini',
    'यह संदेश हटा दिया गया था',
    'यह संदेश मिटाया गया',
    'आपने यह संदेश मिटाया',
    'Ta wiadomość została usunięta',
    'Usunięto tę wiadomość',
    'このメッセージは削除されました',
    '此消息已被删除',
    '您已删除此消息',
    '이 메시지는 삭제되었습니다',
  ].map(bare),
);

export function isDeleted(text: string): boolean {
  return text.length < 80 && DELETED.has(bare(text));
}

const EDITED = new RegExp(
  `[\\s${INVISIBLE}]*<(?:${[
    'This message was edited',
    'تم تعديل هذه الرسالة',
    'این پیام ویرایش شد',
    'Diese Nachricht wurde bearbeitet',
    'Se editó este mensaje',
    'Este mensaje fue editado',
    'Ce message a été modifié',
    'Esta mensagem foi editada',
    'Mensagem editada',
    'Questo messaggio è stato modificato',
    'Bu mesaj düzenlendi',
    'Данное сообщение изменено',
    'Це повідомлення відредаговано',
    'Dit bericht is bewerkt',
    'Pesan ini diedit',
    'यह संदेश संपादित किया गया',
    'Ta wiadomość została edytowana',
  ].join('|')})\\.?>[\\s${INVISIBLE}]*$`,
  'u',
);

/** The text without the mark that it was edited; undefined where there is none. */
export function withoutEdited(text: string): string | undefined {
  if (!text.endsWith('>') && !text.includes('>', text.length - 4)) return undefined;
  const found = EDITED.exec(text);
  return found ? text.slice(0, found.index) : undefined;
}

/** Notices that phones put under a sender's name though nobody wrote them. */
const NOTICE =
  /^(?:Messages and calls are end-to-end encrypted|Messages (?:you send )?to this (?:chat|group)|الرسائل والمكالمات مشفرة|Nachrichten und Anrufe sind Ende-zu-Ende|Los mensajes y las llamadas están cifrados|Les messages et les appels sont chiffrés|As mensagens e (?:as chamadas|ligações) são protegidas|I messaggi e le chiamate sono crittografati|Mesajlar ve aramalar uçtan uca|Сообщения и звонки защищены|Berichten en oproepen|Pesan dan panggilan)/u;

export function isNotice(text: string): boolean {
  return NOTICE.test(text.replace(EDGES, ''));
}

/** `‎<attached: 00000002-PHOTO.jpg>`, in any language: a word or two, a colon, a file's name. */
const BRACKETED = new RegExp(`<[^<>:\\n]{2,30}:[\\s${INVISIBLE}]?([^<>:/\\\\\\n]{1,200}\\.[A-Za-z0-9]{2,5})>`, 'gu');
/** `IMG-20161213-WA0001.jpg (file attached)`: the name, then a word or two in brackets, alone on the first line. */
const PARENTHESISED = new RegExp(
  `^[${INVISIBLE}]*([^\\n/\\\\<>:()]{1,200}\\.[A-Za-z0-9]{2,5}) \\([^()\\n]{3,40}\\)[${INVISIBLE}]*(?:\\n|$)`,
  'u',
);

/** The names of the files that a message points to. */
export function filesIn(text: string): readonly string[] {
  const names: string[] = [];
  if (text.includes('<')) for (const found of text.matchAll(BRACKETED)) names.push(found[1]!.replace(EDGES, ''));
  const first = text.includes(' (') ? PARENTHESISED.exec(text) : null;
  if (first) names.push(first[1]!);
  return names;
}

/** `<Media omitted>`, `‎image omitted`: a phrase alone that stands for a file which was not exported. */
const OMITTED_ANDROID = new RegExp(`^[${INVISIBLE}]*<[^<>:\\n]{4,40}>[${INVISIBLE}]*$`, 'u');
const OMITTED_IOS =
  /^\u200e?(?:image|photo|video|audio|sticker|GIF|document|contact card|صورة|فيديو|مقطع|ملصق|Bild|Imagen|Foto|Vidéo|imagem)\P{L}.{0,40}$/iu;

export function isOmitted(text: string): boolean {
  return OMITTED_ANDROID.test(text) || (text.startsWith('\u200e') && OMITTED_IOS.test(text));
}
