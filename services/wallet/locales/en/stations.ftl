# Stations: devices of officers at a fixed place, and the yearly proof there.

station-title = Station
station-lead = A device at a fixed place, where people without a phone show the Fund that they are there.
station-this = This device
station-is = It is the station { $name } ({ $country }).
station-key = Its key, for the Fund
station-key-what = Send it to an administrator of the Fund, who registers it together with the place. Before that, proofs from here are not accepted.
station-none = It is no station yet. Its place cannot be changed later.
station-name = Name, such as the office it stands in
station-country = Country
station-country-hint = Three letters, such as SEN
station-open = Make this device a station
station-others = Other stations
station-close = Close the station
station-where = You are at the station { $name }.
station-step = Show that you are here
station-how = The officer makes sure who you are. Then you type your PIN. Where the Fund has a picture of you, the camera takes a few more. The Fund looks at it and confirms.
station-recognised = For the officer: how do you know who this is?
station-by-document = I compared an identity document with the person
station-by-acquaintance = I have known this person for a while
station-vouch = Your name, this station and its country go to the Fund with the proof.
station-recognised-missing = First the officer says how this person is known.
station-without-what = No camera, or the head cannot be turned? Go on without pictures: the officer’s word counts the same.
station-sent-what = The Fund looks at it and confirms. The certificate then comes into this wallet; it is there at your next visit at the latest.
station-needed = This device is no station of the Fund
station-needed-what = Finish this visit. Then an officer opens a station under “Station”, and the Fund registers it. Until then paper counts the same.
