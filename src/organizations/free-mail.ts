// Providers that give a mailbox to everybody: their domains are no firm's, whoever may set their records.
const providers = `
126.com 139.com 163.com 189.cn aim.com alice.it aliyun.com aol.com arcor.de att.net bell.net bellsouth.net bigpond.com bk.ru bluewin.ch
bol.com.br btinternet.com caramail.com centrum.cz charter.net comcast.net cox.net daum.net duck.com earthlink.net email.com email.cz
fastmail.com fastmail.fm foxmail.com free.fr freemail.hu freenet.de frontier.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net
googlemail.com hanmail.net hey.com hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.uk hotmail.com hotmail.com.br hotmail.de
hotmail.es hotmail.fr hotmail.it hotmail.nl hushmail.com icloud.com ig.com.br inbox.lv inbox.ru interia.pl juno.com kakao.com laposte.net
libero.it list.ru live.be live.ca live.cn live.co.uk live.com live.com.au live.com.mx live.de live.fr live.in live.it live.nl lycos.com
mac.com mail.com mail.de mail.ee mail.ru mailbox.org mailinator.com me.com msn.com nate.com naver.com neuf.fr o2.pl onet.pl ono.com
optonline.net optusnet.com.au orange.fr outlook.be outlook.cl outlook.co.id outlook.co.th outlook.com outlook.com.ar outlook.com.au
outlook.com.br outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.lv
outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk passport.com pm.me posteo.de posteo.net prodigy.net.mx proton.me
protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com rogers.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr
shaw.ca sina.cn sina.com sky.com sohu.com startmail.com sympatico.ca t-online.de talktalk.net telefonica.net telenet.be telus.net terra.com
terra.com.br tiscali.it tuta.com tuta.io tutamail.com tutanota.com tutanota.de uol.com.br verizon.net virgilio.it virginmedia.com
vodafone.de wanadoo.fr web.de wp.pl xs4all.nl xtra.co.nz y7mail.com ya.ru yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.kr
yahoo.co.nz yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.hk yahoo.com.mx yahoo.com.ph yahoo.com.sg yahoo.com.tr
yahoo.com.tw yahoo.com.vn yahoo.de yahoo.es yahoo.fr yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.pl yahoo.ro yahoo.se yandex.com yandex.ru
yeah.net ymail.com yopmail.com ziggo.nl zoho.com zohomail.com
`;

const domains = new Set(providers.split(/\s+/).filter(Boolean));

/** @param domain in its ASCII form, small letters */
export function isFreeMail(domain: string): boolean {
  return domains.has(domain);
}
