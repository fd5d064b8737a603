"""Prose: the words that go on with a sentence behind a link, or in the line below it.

They are the commonest of English but for those that paths have as well, such as `news`, `people`
or `download`. A list of all words would take paths for prose.
"""

from __future__ import annotations

from typing import Final

_FUNCTION_WORDS: Final = """
a about above according across after again against ago albeit all almost alone along already also
although always am amid among an and another any anybody anyone anything anyway anywhere are around
as aside at away be became because become becomes been before beforehand behind being below beneath
beside besides between beyond both but by can cannot could despite did do does doing done down
during each either else elsewhere enough even ever every everybody everyone everything everywhere
except few for from further furthermore had has have having he hence her here hereby hers herself
him himself his how however i if in indeed instead into is it its itself just least less lest like
many may maybe me meanwhile might mine more moreover most mostly much must my myself namely near
nearly neither never nevertheless no nobody none nonetheless nor not nothing nowhere now of off
often on once one ones only onto or other others otherwise ought our ours ourselves out over own per
perhaps please quite rather really same section seldom several shall she should since so some
somebody somehow someone something sometimes somewhere soon still such than that the their theirs
them themselves then thence there thereby therefore these they this those though through throughout
thus till to together too toward towards under unless unlike until unto up upon us use used using
usually very via was we well were what whatever when whenever where whereas whereby wherever whether
which whichever while who whoever whole whom whose why will with within without would yes yet you
your yours yourself page
"""
_VERBS: Final = """
accept accepted added agree agreed allow allowed allowing allows appear appeared appears apply
asked asking asks assume became began begin begins believe believed belongs bring brings brought
built buy calling came carried cause caused causes chose chosen comes coming consider considered
consists contain contained containing contains continued could decide decided defined depends
describe described describes describing determine died eat expect expected expects explain explained
explains fails fall feel feels fell felt find finds forget forgot forgotten found gave get gets
getting give given gives giving go goes going gone got grew grow had happen happened happens hear
heard held hope hoped hoping include included includes including indicate indicates intended keep
keeps kept knew know known knows laid learned leave leaves leaving led let lets lie lies looked
looking looks lose lost made make makes making mean means meant mentioned must need needed needs
occur occurred occurs offered offers ought owe permits prefer prevent produce produced produces
provide provided provides providing published put puts quoted raised ran reached realize received
recommended refer referred refers remain remained remains remember require required requires
returned returning returns said sat saw say saying says see seeing seem seemed seems seen sent serve
served show showed showing shown shows sit speak specified speaks spent spoke stand stands started
stay stood suggest suggested suggests suppose supposed take taken takes taking talk tell telling
tells tend tends think thinking thinks thought told took tried tries try trying turned turns
understand understood used uses visited want wanted wants warned went wished wonder wore works write
writes writing written wrote
"""
_OTHER_WORDS: Final = """
able absolutely actual actually afraid apparently approximately automatically available aware bad
basically beautiful best better big certain certainly clear clearly closely common completely
considerable currently dead deep different difficult directly due easily easy eight eleven entire
entirely equal especially essentially eventually exactly false familiar far fast fewer finally fine
five former formerly four frequently fully generally gently good great greater greatest happy hard
hardly high higher highly hundred immediately important impossible increasingly interested
interesting kind large larger largely largest late later latter likely little long longer low lower
main mainly merely million modern naturally necessarily necessary next nice nine normally obvious
obviously occasionally old older originally particular particularly past perfectly poor possible
possibly precisely presumably previous previously primarily probably properly quick quickly rapidly
rare rarely ready real recently relatively relevant respectively right sad second seven shortly
significantly similar similarly simply six slightly slow slowly small smaller smallest somewhat
specifically strong successfully suddenly sufficient sufficiently sure ten third thousand three
thirty tiny true truly twelve twenty twice two typically ugly unfortunately unlikely useful various
whatsoever wide widely wise worse worst worth wrong young
amount anybody bit bottom boy brother child children chance death dog doubt dozen effect effort
enemy eye eyes face fact fault fear feet fellow fool friend friends girl god half hand hands head
heart husband idea ideas kinds lack life lot lots love man matter men mind moment months mother
mouth nothing opinion pain pair person piece pleasure purpose reason reasons rest sense shame side
soul sort thing things truth way ways wife woman women word words wind years
"""
PROSE: Final = frozenset(f"{_FUNCTION_WORDS}{_VERBS}{_OTHER_WORDS}".split())
"""English words in lower case."""
