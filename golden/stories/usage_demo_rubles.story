# The demo's IM small: 500,000 messages, then packs of 100 at 0.04 USD = 3.668242 RUR and 20 % tax,
# each bought at the moment at which it is needed.
at 2026-04-01
catalog demo
> open acme currency RUR country RU
> pay acme 30000
> subscribe acme im_small as s1          # April and, reserved, May: 11004.7248 each
? balance acme
= available 7990.5504, held 11004.7248   # 30000 - 2 * 11004.7248
> consume acme messages 499999
= allowed yes, limit 500000, used 499999, left 1, whose acme
? packages acme
= small 1 of 500000
> consume acme messages 1
= allowed yes, left 0
? check acme messages
= allowed yes, left 0, next_unit 3.668242   # 0.04 * 91.70604 = 3.6682416
> consume acme messages 1
= allowed yes, left 99
? balance acme
= available 7986.14851                   # 3.668242 + 0.733648 of tax = 4.40189 less
? packages acme
= small 99 of 500100
# 250 - 99 = 151: two packs. 7.336484 and 20 %: 1.4672968 -> 1.467297
> consume acme messages 250
= allowed yes, left 49
? balance acme
= available 7977.344729                  # 7986.14851 - 8.803781
? packages acme
= small 49 of 500300                     # 500000 + 3 * 100; 500251 are used
? house RUR
= revenue 11.004726                      # 3 packs; April's fee is earned when April is over
= tax_payable 1836.321745                # 1834.1208 + 0.733648 + 1.467297
? entries acme last 1
= entry charge available -8.803781 revenue +7.336484 tax_payable +1.467297
# Bought packs end with their period.
at 2026-05-01
? packages acme
= small 500000 of 500000
