# A signed paper form, sent as a picture.

form-title = Rather on paper?
form-what = Have you signed the form from the Fund’s letter? Send a picture of it here. It counts the same as by post.
form-file = The signed page
form-hint = Photograph the whole page from above, flat and in good light, with the square code and the four corner marks. JPEG, PNG or PDF, at most 8 MB.
form-send = Send the form
form-as-it-is = Send it as it is: an officer reads it
form-waits = The Fund has your form
form-waits-what = Sent on { $sent }. An officer looks at the signature. You need do nothing more.
form-refused = The form was not accepted
form-refused-what = Look whether it is signed and dated, and send it again, or take another way: the phone, a visit or a call. Each counts the same.
form-accepted = The Fund has accepted your signed form for { $year }.
form-unread = The form was not sent yet
form-unread-picture = The picture cannot be read. Photograph the page once more, whole, sharp and in good light.
form-unread-no-code = The square code of the form was not found. Photograph the whole page once more, flat and in good light.
form-unread-several = There are two forms in the picture. Photograph each page by itself.
form-unread-not-ours = This is not a form of this Fund. Look whether it is the page from the letter.
form-unread-other-person = This form was sent to somebody else. Use the one in the letter to you.
form-unread-unsigned = No signature was seen in the place for it. Sign there, and photograph the page once more.
form-not-too-large = The file is larger than 8 MB. Photograph the page once more, or choose a smaller file. By post the form counts the same.
form-not-too-many = So many pictures of the form were sent that the next one goes by post. It counts the same. Or call the Fund: an officer helps you.
form-not-no-forms = The Fund has no form of yours. Use the phone, or ask the Fund for a visit or a call. Each counts the same.
form-not-type = Choose a photograph (JPEG or PNG) or a PDF of the signed page.
form-not-busy = The Fund cannot take the form at this moment. Nothing is lost: send the same again in a minute.
