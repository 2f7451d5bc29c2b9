"""Chinese words, by what they do in a sentence; each character counts as a word."""

from appliance.safety.grounding.lexicon import Lexicon

LEXICON = Lexicon(
    letters="\u4e00-\u9fff",
    glue="的|预定|预约|时间|内|在|个|您的|当天的|计划|约定|您",
    link="是|包括|例如|比如|最晚|这样|请您|请",
    and_="和|及|以及|并|与|也|并且",
    or_="或|或者|或是",
    but="但|但是|而|不过",
    harmless="请注意|请记住|记得|请记得|另外|此外|重要|很重要|也请",
    setting="医院|当天",
    go_bring="前往|去|来|请到|位于|带|携带|带上|带好|准备|需要|出示",
    call="拨打|致电|电话|打|按|联系|可以拨打|可拨打|请按|选择|请选|号码|请拨打",
    eat="吃|进食|食用",
    drink="喝|饮用|饮",
    take="摄入|服用|吃喝",
    food="食物|糖",
    fluid="液体|饮品|饮料|水",
    no="",
    not_="不要|不能|不可以|不可|不得|请勿|切勿|勿|不应|不应该|请不要|别|也不要",
    avoid="避免|请避免",
    forbidden="禁止|不允许|严禁|被禁止",
    permit="可以|允许|能|可|是允许的|被允许",
    oblige="必须|应|应该|需|务必",
    condition="如果|如|若|假如|如适用",
    least="至少|最少|不少于",
    until="到|直到|直至|至",
    before="前|之前|以前",
    after="后|之后|以后",
    units="minute: 分钟|分; hour: 小时|个小时|钟头; day: 天|日; week: 周|星期|个星期; month: 个月"
    "; second: 秒; night: 夜|晚; year: 年",
    times="midnight: 午夜|半夜|零点; noon: 中午|正午",
    numbers="0: 零; 1: 一; 2: 二|两; 3: 三; 4: 四; 5: 五; 6: 六; 7: 七; 8: 八; 9: 九; 10: 十"
    "; 11: 十一; 12: 十二; 15: 十五; 20: 二十; 24: 二十四; 30: 三十; 40: 四十; 45: 四十五"
    "; 48: 四十八; 50: 五十; 60: 六十; 90: 九十; 120: 一百二十",
    endings="",
    doubt="不|没|非|只|才|仅|没有|除|除了|不必|不用|无需|不需要",
    groups=(
        "手术",
        "到达|抵达|到院|来到|到医院",
        "感到|感觉|感受",
        "不加料|不加任何东西",
        "非常|很|十分",
        "不同|其他",
        "理解|可以理解|能理解",
        "饮品|饮料",
    ),
    anchor_first=True,
)
