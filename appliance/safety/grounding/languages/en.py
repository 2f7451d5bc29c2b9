"""English words, by what they do in a sentence."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="a-z",
    glue="a|an|the|of|in|on|at|for|to|with|your|s|own|scheduled|planned|appointed|time|start of"
    "|starting time of|period of|the period of|type of|kind of|as",
    link="is|are|be|was|it|you|this|that|these|they|have been|has been|there|such as|like|including"
    "|which|i e|for example|e g|namely|will",
    and_="and|as well as|and also",
    or_="or",
    nor="nor|or any|or have any|or have",
    any_="any|either",
    but="but|however|while|whereas",
    harmless="please|remember|please remember|remember that|please note|please note that|note that"
    "|note|do not forget|do not forget that|don't forget|don't forget that|don't forget to"
    "|do not forget to|make sure|make sure that|make sure to|also|in addition|additionally|important"
    "|very important|it is important|it is important that|it is important to|it's important to"
    "|it's important that|feel|feeling|patients|plan to",
    setting="hospital|the day of surgery|on the day of surgery|the day of your surgery"
    "|on the day of your surgery|on the day|reception",
    go_bring="go|go to|come|come to|head to|report|report to|check in|check in at|located|find"
    "|find it|is located|you can find it|you will find it|bring|carry|have with you|with you|along"
    "|you will need|you'll need|needed|location|check-in",
    call="call|ring|phone|dial|contact|telephone|line|number|phone number|you can call|you may call"
    "|can call|may call|you can contact|you can reach|reach|select|choose|press|then"
    "|telephone number|call the",
    eat="eat|eating|eaten",
    drink="drink|drinking",
    take="take|taking|have|having|consume|consuming|ingest",
    food="solid food|food|foods|candy|sweets|meal|meals",
    fluid="liquid|liquids|fluid|fluids|drink|drinks|beverage|beverages",
    no="no",
    not_="do not|don't|must not|mustn't|should not|shouldn't|may not|cannot|can not|can't|never"
    "|must never|should never",
    avoid="stop|should stop|must stop|need to stop|have to stop"
    "|avoid|refrain from|must avoid|should avoid|need to avoid|have to avoid|stay away from",
    forbidden="is not allowed|are not allowed|not allowed|is not permitted|are not permitted"
    "|not permitted|forbidden|is forbidden|are forbidden|prohibited|is prohibited|are prohibited"
    "|must not be eaten|must not be taken|must not be consumed|should not be eaten"
    "|should not be taken|should not be consumed|should be avoided|must be avoided|are to be avoided"
    "|is to be avoided|cannot be eaten|cannot be consumed|may not be eaten",
    permit="allowed|are allowed|is allowed|permitted|are permitted|is permitted|may|can|able to"
    "|can keep|may keep|can continue|may continue"
    "|may be taken|can be taken|may be consumed|can be consumed|may be drunk|can be drunk|allowed to"
    "|are allowed to|permitted to|may have|can have|are able to|fine|ok|okay",
    oblige="must|should|need to|have to|are required to|are asked to|are expected to|required|required to",
    condition="if",
    least="at least|a minimum of|minimum|for at least|for a minimum of|or more",
    until="up to|until|till|up until|no later than|not later than",
    before="before|prior to|ahead of|in advance of|preceding",
    after="after|from|past|following|starting at|starting from",
    units="minute: minute|minutes|min|mins; hour: hour|hours|h|hr|hrs; day: day|days; week: week"
    "|weeks|month: month|months; second: second|seconds; night: night|nights; year: year|years",
    times="midnight: midnight; noon: noon|midday",
    numbers="0: zero; 1: one; 2: two; 3: three; 4: four; 5: five; 6: six; 7: seven; 8: eight"
    "; 9: nine; 10: ten; 11: eleven; 12: twelve; 15: fifteen; 20: twenty; 24: twenty-four"
    "; 30: thirty; 40: forty; 45: forty-five; 48: forty-eight; 50: fifty; 60: sixty; 90: ninety"
    "; 120: one hundred and twenty",
    endings="|s|es",
    groups=(
        (
            "surgery|operation|procedure|your surgery time|surgery time|operation time"
            "|surgical procedure|surgeries"
        ),
        "arrive|come|be there|get there|arriving|be at the hospital|be here|get here|check in",
        "liquids|fluids|liquid",
        "anxiety|anxious|nervous|nervousness|being anxious|being nervous",
        "normal|natural|completely normal|perfectly normal",
        "solid food|solid foods|anything solid|solids",
        "applicable|you have one",
        "severe|becomes severe|gets severe",
        "follow those|follow your surgeon's instructions|follow your surgeon's",
        "talk|speak|talking|speaking",
        "gave|given|has given|have given|told",
    ),
)
