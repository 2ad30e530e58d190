# A second change gives back what was held for the plan that is left, in the same step.
at 2026-04-01
catalog taxed
> open acme country RU
> pay acme 1000
> subscribe acme small as s1
at 2026-04-16
> change s1 large
= due 60.00, reserved 240.00
at 2026-04-20
# Exact so far: 15/30*100 + 4/30*200 = 76.667 and 20 % of it 15.333.
> change s1 huge
= line credit large -73.33 tax -14.67  # 76.67 - 150.00; 15.33 - 30.00
= line charge huge 110.00 tax 22.00    # 76.667 + 11/30*300 = 186.667; 37.333 - 15.33
= due 44.00
= released 240.00
= reserved 360.00                      # 300 + 60
? balance acme
= available 416.00, held 360.00        # 1000 - 120 - 60 - 44 - 360
? holds acme
= hold s1 360.00
at 2026-04-25
# Exact so far: 76.667 + 5/30*300 = 126.667, tax 25.333. Going down does not reserve.
> change s1 small
= line credit huge -60.00 tax -12.00   # 126.67 - 186.67; 25.33 - 37.33
= line charge small 20.00 tax 4.00     # + 6/30*100
= due -48.00
= released 360.00, reserved 0.00
? balance acme
= available 824.00, held 0.00          # 416 + 360 + 48
? holds acme
= hold none
at 2026-05-01
? balance acme
= available 704.00                     # 824 - 120
? house USD
= revenue 146.67                       # 15/30*100 + 4/30*200 + 5/30*300 + 6/30*100
= tax_payable 49.33                    # 29.33 + 20
